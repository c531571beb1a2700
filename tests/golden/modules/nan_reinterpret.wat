;; A NaN that was made is canonical where it is reinterpreted.
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (func (export "call:f64")
    (i64.store (i32.const 0) (i64.reinterpret_f64 (f64.add (f64.const -nan:0x4000000000001) (f64.const 1))))
    (i64.store (i32.const 8) (i64.reinterpret_f64 (f64.div (f64.const -0) (f64.const 0))))
    (call $answer (i32.const 0) (i32.const 16)))
  (func (export "call:f32")
    (i32.store (i32.const 0) (i32.reinterpret_f32 (f32.add (f32.const -nan:0x200001) (f32.const 1))))
    (i32.store (i32.const 4) (i32.reinterpret_f32 (f32.div (f32.const -0) (f32.const 0))))
    (call $answer (i32.const 0) (i32.const 8))))
