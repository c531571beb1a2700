;; Endless recursion ends at one depth, which the log counts: in a small frame, in one of 40 locals, of two
;; functions, and through the table. The log changes no depth.
(module
  (import "foil" "log" (func $log (param i32 i32)))
  (memory (export "memory") 1 1)
  (type $none (func))
  (table 1 funcref)
  (elem (i32.const 0) $indirect)
  (global $count (mut i32) (i32.const 0))
  ;; One line for each 100 calls.
  (func $step
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (if (i32.eqz (i32.rem_u (global.get $count) (i32.const 100))) (then (call $log (i32.const 0) (i32.const 0)))))
  (func $small (export "call:small") (call $step) (call $small))
  (func $large (export "call:large")
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (local f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64)
    (call $step) (call $large))
  (func $mutual (export "call:mutual") (call $step) (call $large))
  (func $indirect (export "call:indirect") (call $step) (call_indirect (type $none) (i32.const 0))))
