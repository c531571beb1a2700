;; Depth and fuel end it, whichever is first.
(module
  (memory (export "memory") 1 1)
  (func $small (export "small") (param i32) (result i32)
    (i32.add (i32.const 1) (call $small (i32.add (local.get 0) (i32.const 1)))))
  (func $large (export "large") (param i64 i64 i64 i64 i64 i64 i64 i64) (result i64)
    (local f64 f64 f64 f64 f64 f64 f64 f64)
    (i64.xor (local.get 7) (call $large (local.get 1) (local.get 2) (local.get 3) (local.get 4)
      (local.get 5) (local.get 6) (local.get 7) (i64.add (local.get 0) (i64.const 1)))))
  (func $even (export "even") (param i32) (result i32)
    (if (result i32) (local.get 0) (then (call $odd (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 1))))
  (func $odd (param i32) (result i32)
    (if (result i32) (local.get 0) (then (call $even (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 0))))
  (func (export "call:main") (drop (call $small (i32.const 0)))))
