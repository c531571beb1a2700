;; The world's program. Its arguments are `[key: 8 bytes, anything]`, which lie from 64 on: the key at 66.
(module
  (import "foil" "input" (func $input (param i32 i32) (result i32)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (import "foil" "fail" (func $fail (param i32 i32)))
  (import "foil" "state_get" (func $get (param i32 i32 i32 i32) (result i64)))
  (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
  (import "foil" "state_delete" (func $delete (param i32 i32)))
  (import "foil" "emit" (func $emit (param i32 i32 i32 i32)))
  (import "foil" "seq" (func $seq (result i64)))
  (import "foil" "time" (func $time (result i64)))
  (import "foil" "random" (func $random (param i32 i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "countput")
  (data (i32.const 16) "step\f4\f5")

  ;; How often it was called, which differs if a call runs twice; VERSION is the step.
  (func (export "call:count")
    (drop (call $get (i32.const 0) (i32.const 5) (i32.const 32) (i32.const 8)))
    (i64.store (i32.const 32) (i64.add (i64.load (i32.const 32)) (i64.const VERSION)))
    (call $put (i32.const 0) (i32.const 5) (i32.const 32) (i32.const 8))
    (call $answer (i32.const 32) (i32.const 8)))

  ;; Keeps the arguments, the call's place, its time and a random number under the key.
  (func (export "call:put") (local $len i32)
    (local.set $len (call $input (i32.const 64) (i32.const 60000)))
    (i64.store (i32.const 32) (call $seq))
    (i64.store (i32.add (i32.const 64) (local.get $len)) (call $seq))
    (i64.store (i32.add (i32.const 72) (local.get $len)) (call $time))
    (call $random (i32.add (i32.const 80) (local.get $len)) (i32.const 8))
    (call $put (i32.const 66) (i32.const 8) (i32.const 64) (i32.add (local.get $len) (i32.const 24)))
    (call $emit (i32.const 5) (i32.const 3) (i32.const 65) (i32.const 9))
    (call $answer (i32.const 32) (i32.const 8)))

  ;; Deletes the key; fails where it is absent.
  (func (export "call:take")
    (drop (call $input (i32.const 64) (i32.const 60000)))
    (if (i64.eq (call $get (i32.const 66) (i32.const 8) (i32.const 0) (i32.const 0)) (i64.const -1))
      (then (call $fail (i32.const 65) (i32.const 9))))
    (call $delete (i32.const 66) (i32.const 8))
    (call $answer (i32.const 65) (i32.const 9)))

  ;; Writes, and breaks a rule.
  (func (export "call:trap")
    (drop (call $input (i32.const 64) (i32.const 60000)))
    (call $put (i32.const 66) (i32.const 8) (i32.const 64) (i32.const 8))
    unreachable)

  ;; A step of a migration: every second one answers that it is done.
  (func (export "call:migrate")
    (drop (call $get (i32.const 16) (i32.const 4) (i32.const 32) (i32.const 8)))
    (i64.store (i32.const 32) (i64.add (i64.load (i32.const 32)) (i64.const 1)))
    (call $put (i32.const 16) (i32.const 4) (i32.const 32) (i32.const 8))
    (call $answer
      (i32.add (i32.const 20) (i32.eqz (i32.and (i32.load8_u (i32.const 32)) (i32.const 1)))) (i32.const 1)))

  ;; Writes until its fuel is used up.
  (func (export "call:burn")
    (loop $again
      (call $put (i32.const 0) (i32.const 5) (i32.const 32) (i32.const 8))
      (br $again))))
