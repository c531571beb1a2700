;; table.init and table.copy write the table for this call alone: the next call finds it as the module says.
;;> main
;;> main
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (type $a (func (result i64)))
  (table 6 funcref)
  (elem (i32.const 0) $one)
  (elem $passive func $two $three)
  (func $one (result i64) (i64.const 1))
  (func $two (result i64) (i64.const 2))
  (func $three (result i64) (i64.const 3))
  (func (export "call:main")
    (i64.store (i32.const 0) (call_indirect (type $a) (i32.const 0)))
    (table.init $passive (i32.const 0) (i32.const 0) (i32.const 2))
    (table.copy (i32.const 1) (i32.const 0) (i32.const 5))
    (i64.store (i32.const 8) (call_indirect (type $a) (i32.const 0)))
    (i64.store (i32.const 16) (call_indirect (type $a) (i32.const 1)))
    (i64.store (i32.const 24) (call_indirect (type $a) (i32.const 2)))
    (call $answer (i32.const 0) (i32.const 32))))
