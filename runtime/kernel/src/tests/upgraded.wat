;; A program that counts down from a hundred, and brings the count of the one before it into that form.
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (import "foil" "state_get" (func $get (param i32 i32 i32 i32) (result i64)))
  (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "countleft step")
  (data (i32.const 16) "\f4\f5")

  (func (export "call:count")
    (drop (call $get (i32.const 5) (i32.const 4) (i32.const 32) (i32.const 8)))
    (i64.store (i32.const 32) (i64.sub (i64.load (i32.const 32)) (i64.const 1)))
    (call $put (i32.const 5) (i32.const 4) (i32.const 32) (i32.const 8))
    (call $answer (i32.const 32) (i32.const 8)))

  ;; The first two steps only say how far they have come; the third does all, and every later one again. The
  ;; step that is BAD traps.
  (func (export "call:migrate")
    (drop (call $get (i32.const 10) (i32.const 4) (i32.const 40) (i32.const 8)))
    (i64.store (i32.const 40) (i64.add (i64.load (i32.const 40)) (i64.const 1)))
    (call $put (i32.const 10) (i32.const 4) (i32.const 40) (i32.const 8))
    (if (i64.eq (i64.load (i32.const 40)) (i64.const BAD)) (then (unreachable)))
    (drop (call $get (i32.const 0) (i32.const 5) (i32.const 32) (i32.const 8)))
    (i64.store (i32.const 32) (i64.sub (i64.const 100) (i64.load (i32.const 32))))
    (call $put (i32.const 5) (i32.const 4) (i32.const 32) (i32.const 8))
    (call $answer
      (i32.add (i32.const 16) (i64.ge_u (i64.load (i32.const 40)) (i64.const 3)))
      (i32.const 1))))
