;; wasmi 2.0.0 loses the operand under the loop's parameter, unless a block comes before the loop.
(module
  (memory (export "memory") 1 1)
  (func (export "f") (param i64) (result i64) (local i64 i64)
    (local.tee 1 (i64.add (local.get 0) (i64.const 1)))
    (local.get 2)
    (loop (param i64) (result i64) (drop) (local.get 1))
    (i64.sub)))
