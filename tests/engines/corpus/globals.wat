(module
  (memory (export "memory") 1 1)
  (global (export "a") (mut i32) (i32.const 1)) (global $b (mut f64) (f64.const nan:0x4)) (global i64 (i64.const 2))
  (global $c (mut i64) (i64.const -1))
  (func (export "set") (param i32 f64) (global.set 0 (local.get 0)) (global.set $b (f64.add (local.get 1) (global.get $b))))
  (func (export "get") (result i32 f64 i64) (global.get 0) (global.get $b) (global.get $c))
  (func (export "call:main") (global.set $c (i64.add (global.get $c) (i64.const 5)))))
