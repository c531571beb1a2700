;; Calls through the table go where its elements say; types are equal by structure, not by their index.
(module
  (import "foil" "seq" (func $seq (result i64)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (type $a (func (result i64)))
  (type $b (func (result i64)))
  (table 8 funcref)
  (elem (i32.const 1) $one $two)
  (elem (i32.const 2) $three $seq)
  (func $one (type $a) (i64.const 1))
  (func $two (type $b) (i64.const 2))
  (func $three (type $b) (i64.const 3))
  (func (export "call:main")
    (i64.store (i32.const 0) (call_indirect (type $b) (i32.const 1)))
    ;; The later segment has overwritten $two.
    (i64.store (i32.const 8) (call_indirect (type $a) (i32.const 2)))
    ;; A host call, by way of the table.
    (i64.store (i32.const 16) (call_indirect (type $a) (i32.const 3)))
    (call $answer (i32.const 0) (i32.const 24))))
