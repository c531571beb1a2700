(module
  (memory (export "memory") 1 1)
  (func $many (export "many") (param i32) (result i32 i64 f32 f64 i32)
    (if (local.get 0) (then (return (i32.const 1) (i64.const 2) (f32.const 3) (f64.div (f64.const 0) (f64.const 0)) (i32.const 5))))
    (i32.const 6) (i64.const 7) (f32.sqrt (f32.const -1)) (f64.const 9) (i32.const 10))
  (func (export "twice") (result i32 i64 f32 f64 i32) (call $many (i32.const 1)) (drop) (drop) (drop) (drop) (call $many)))
