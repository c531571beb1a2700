;; Every store: the locals that its operands wait in, with an offset and without.
(module
  (memory 1)
  (func (export "integers") (param i32 i64)
    (i32.store (i32.const 0) (i32.const 1)) (i32.store8 offset=5000 (i32.const 1) (i32.const 2))
    (i32.store16 offset=1 align=1 (i32.const 2) (i32.const 3))
    (i64.store (i32.const 8) (local.get 1)) (i64.store8 (i32.const 3) (i64.const 4))
    (i64.store16 (i32.const 4) (i64.const 5)) (i64.store32 offset=4294967295 (i32.const 6) (i64.const 6)))
  (func (export "floats") (param f64)
    (f64.store (i32.const 16) (local.get 0)) (f32.store (i32.const 24) (f32.const 1))
    (i64.store (i32.const 32) (i64.const 1)) (i32.store (i32.const 0) (i32.const 1)))
  (func (export "canonical") (param f32 f32)
    (drop (f32.neg (f32.add (local.get 0) (local.get 1))))
    (f32.store (i32.const 0) (f32.mul (local.get 0) (local.get 1)))))
