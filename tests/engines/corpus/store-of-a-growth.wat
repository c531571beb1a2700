;; The address, the value and the growth between them: operands wait while memory grows.
(module
  (memory (export "memory") 1 3)
  (func (export "f") (param i32) (result i32)
    (i32.store (local.get 0) (memory.grow (i32.const 1)))
    (i32.store (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 4)) (memory.grow (local.get 0)))
    (memory.size))
  (func (export "call:main") (i32.store (memory.grow (i32.const 1)) (memory.grow (i32.const 2)))))
