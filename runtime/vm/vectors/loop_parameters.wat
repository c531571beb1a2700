;; A loop that takes operands stands behind an empty block (for wasmi).
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (func $sum (param i32) (result i32)
    (i32.add
      (i32.const 1000)
      (block (result i32)
        (i32.const 0) (local.get 0)
        (loop (param i32 i32) (result i32)
          (local.set 0) (i32.add (local.get 0))
          (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (local.get 0)
          (br_if 0 (local.get 0)) (drop)))))
  (func (export "query:run")
    (i32.store (i32.const 0) (call $sum (i32.const 5)))
    (call $answer (i32.const 0) (i32.const 4))))
