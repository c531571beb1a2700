;; A `select` that a comparison of 32-bit integers for equality decides is kept apart from it (for wasmi).
(module
  (func (export "eqz") (param i32) (result i64) (select (i64.const 1) (i64.const 2) (i32.eqz (local.get 0))))
  (func (export "eq") (param i32 i32) (result i64)
    (select (i64.const 1) (i64.const 2) (i32.eq (local.get 0) (local.get 1))))
  (func (export "ne") (param i32 i32) (result i64)
    (select (i64.const 1) (i64.const 2) (i32.ne (local.get 0) (local.get 1))))
  (func (export "others") (param i32 i64) (result i64)
    (select (i64.const 1) (i64.const 2) (i32.lt_s (local.get 0) (i32.const 3)))
    (select (i64.const 3) (i64.eqz (local.get 1))) (nop)
    (select (i64.const 4) (local.get 0))))
