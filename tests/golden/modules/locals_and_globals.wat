;; Locals begin as zero at every call of a function; an immutable global is a constant, a mutable one is shared by
;; the functions of one call.
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (global $constant i64 (i64.const 42))
  (global $shared (mut i64) (i64.const 1))
  (func $fresh (result i64) (local $zero i64)
    (local.set $zero (i64.add (local.get $zero) (i64.const 1)))
    (local.get $zero))
  (func $double (global.set $shared (i64.mul (global.get $shared) (i64.const 2))))
  (func (export "call:main")
    (drop (call $fresh))
    (i64.store (i32.const 0) (call $fresh))
    (call $double)
    (call $double)
    (i64.store (i32.const 8) (global.get $shared))
    (i64.store (i32.const 16) (global.get $constant))
    (call $answer (i32.const 0) (i32.const 24))))
