;; `select` of two kinds, and constants that are NaN.
(module
  (func (export "dirty_dirty") (param f64 i32) (result f64)
    (select (f64.add (local.get 0) (local.get 0)) (f64.sub (local.get 0) (local.get 0)) (local.get 1)))
  (func (export "dirty_neutral") (param f64 i32) (result f64)
    (f64.neg (select (f64.const 1) (f64.sub (local.get 0) (local.get 0)) (local.get 1))))
  (func (export "dirty_nan") (param f64 i32) (result f64)
    (select (f64.const nan:0x1) (f64.sub (local.get 0) (local.get 0)) (local.get 1)))
  (func (export "dirty_clean") (param f64 i32) (result f64)
    (f64.add (f64.const 1) (select (local.get 0) (f64.sub (local.get 0) (local.get 0)) (local.get 1))))
  (func (export "neutral_clean") (param f32 i32) (result f32)
    (f32.neg (select (f32.add (local.get 0) (f32.const 1)) (f32.convert_i32_s (local.get 1)) (i32.eqz (local.get 1))))))
