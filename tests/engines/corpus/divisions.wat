(module
  (memory (export "memory") 1 1)
  (func (export "div_s") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func (export "rem_s") (param i32 i32) (result i32) (i32.rem_s (local.get 0) (local.get 1)))
  (func (export "div_u") (param i64 i64) (result i64) (i64.div_u (local.get 0) (local.get 1)))
  (func (export "div64") (param i64 i64) (result i64) (i64.div_s (local.get 0) (local.get 1)))
  (func (export "by -1") (result i32) (i32.div_s (i32.const 0x80000000) (i32.const -1)))
  (func (export "rem -1") (result i32) (i32.rem_s (i32.const 0x80000000) (i32.const -1)))
  (func (export "call:main") (drop (i64.rem_u (i64.const 1) (i64.const 0)))))
