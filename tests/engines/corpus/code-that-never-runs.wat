(module
  (memory (export "memory") 1 1)
  (func (export "a") (result i32) (return (i32.const 1)) (block (loop (br 0)) (drop)))
  (func (export "b") (result f64 i32) (unreachable) (select) (drop) (loop (param i32) (result f64 i32) (unreachable)))
  (func (export "c") (param i32) (result i32)
    (if (result i32) (local.get 0) (then (br 1 (i32.const 2)) (i64.const 1) (drop)) (else (i32.const 3) (return))))
  (func (export "d") (loop (block (br 1) (memory.fill (i32.const 0) (i32.const 0) (i32.const 1)))))
  (func (export "e") (result i32) (block (result i32) (br_table 0 0 (i32.const 1) (i32.const 9)) (drop)) (nop)))
