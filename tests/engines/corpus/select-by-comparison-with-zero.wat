;; wasmi 2.0.0 decides the select by another value, unless preparation keeps it from the comparison.
(module
  (memory (export "memory") 1 1)
  (func (export "eqz") (param i32) (result i32) (select (i32.const 1) (local.get 0) (i32.eqz (local.get 0))))
  (func (export "eq") (param i32) (result i64)
    (select (i64.const 1) (i64.const 2) (i32.eq (local.get 0) (i32.const 0))))
  (func (export "ne") (param i32) (result f64)
    (select (f64.const 1) (f64.const 2) (i32.ne (local.get 0) (i32.const 0))))
  (func (export "call:main") (local i32)
    (drop (i32.rem_u (i32.const 9) (select (i32.const 1) (local.get 0) (i32.eqz (local.get 0)))))))
