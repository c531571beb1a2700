;; wasmi 2.0.0 loses the operand under the parameter, unless a block comes before the `if`.
(module
  (memory (export "memory") 1 1)
  (func (export "f") (param i32) (result i32)
    (local.get 0)
    (f32.const 1)
    (memory.size)
    (if (param f32) (result f32) (then) (else (f32.neg) (block)))
    (drop)))
