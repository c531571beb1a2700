(module
  (memory (export "memory") 0 4)
  (func (export "by") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "none") (result i32) (memory.grow (i32.const 0)))
  (func (export "too much") (result i32) (memory.grow (i32.const 5)))
  (func (export "all there is") (result i32) (memory.grow (i32.const -1)))
  (func (export "in turn") (result i32) (local i32)
    (loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (memory.size)))
