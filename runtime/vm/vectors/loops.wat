;; A loop pays each time around and looks each time; what follows it belongs to what stands before it, or,
;; where a branch leaves it, to the last region in it.
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (func $count (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (local.get 0)))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (i32.mul (local.get 1) (i32.const 3)))
  (func $left (param i32) (result i32)
    (block
      (loop
        (br_if 1 (i32.eqz (local.get 0)))
        (local.set 0 (i32.div_u (local.get 0) (i32.const 2)))
        (br_if 0 (i32.gt_u (local.get 0) (i32.const 100)))
        (nop))
      (local.set 0 (i32.div_u (local.get 0) (i32.const 3))))
    (local.get 0))
  (func $nothing_to_pay (block (loop (br 1))))
  (func (export "query:run")
    (i32.store (i32.const 0) (call $count (i32.const 10)))
    (i32.store (i32.const 4) (call $left (i32.const 1000)))
    (call $nothing_to_pay)
    (call $answer (i32.const 0) (i32.const 8))))
