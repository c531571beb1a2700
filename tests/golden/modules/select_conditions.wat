;; select by conditions that were just compared, negated or held in a local: a compiler joins the two, and one of
;; the engines once joined them wrongly.
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (func $of (param $x i32) (result i64)
    (i64.or
      (i64.or
        (i64.extend_i32_u (select (i32.const 1) (i32.const 2) (i32.eqz (local.get $x))))
        (i64.shl (select (i64.const 3) (i64.const 4) (i32.eq (local.get $x) (i32.const 0))) (i64.const 8)))
      (i64.or
        (i64.shl (select (i64.const 5) (i64.const 6) (i32.ne (local.get $x) (i32.const 0))) (i64.const 16))
        (i64.shl
          (i64.trunc_f64_u (select (f64.const 7) (f64.const 8) (i32.lt_s (local.get $x) (i32.const 0))))
          (i64.const 24)))))
  (func $held (param $x i32) (result i32)
    (select (i32.const 1) (local.get $x) (i32.eqz (local.get $x))))
  (func (export "call:main")
    (i64.store (i32.const 0) (call $of (i32.const 0)))
    (i64.store (i32.const 4) (call $of (i32.const 1)))
    (i64.store (i32.const 8) (call $of (i32.const -1)))
    (i32.store (i32.const 12) (call $held (i32.const 0)))
    (i32.store (i32.const 16) (call $held (i32.const 9)))
    (call $answer (i32.const 0) (i32.const 20))))
