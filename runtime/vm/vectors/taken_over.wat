;; A chain of small regions: each is handed over to the one it follows while that has room for it.
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (func $chain (param i32)
    (block
      (br_if 0 (local.get 0)) (br_if 0 (local.get 0)) (br_if 0 (local.get 0))
      (br_if 0 (local.get 0)) (br_if 0 (local.get 0)) (br_if 0 (local.get 0))))
  (func $nested (param i32)
    (if (local.get 0) (then
      (drop (i32.eqz (i32.const 1)))
      (if (local.get 0) (then (drop (i32.eqz (i32.const 1))) (drop (i32.eqz (i32.const 1))))))))
  (func (export "query:run")
    (call $chain (i32.const 0)) (call $chain (i32.const 1))
    (call $nested (i32.const 0)) (call $nested (i32.const 1))
    (call $answer (i32.const 0) (i32.const 0))))
