;; An indirect call beyond the table, of an empty element, and with another signature: a trap each.
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (type $none (func))
  (table 4 funcref)
  (elem (i32.const 0) $number $none)
  (func $number (param i32) (result i32) (local.get 0))
  (func $none (call $answer (i32.const 0) (i32.const 2)))
  (func (export "call:beyond") (call_indirect (type $none) (i32.const 4)))
  (func (export "call:far_beyond") (call_indirect (type $none) (i32.const -1)))
  (func (export "call:empty") (call_indirect (type $none) (i32.const 2)))
  (func (export "call:signature") (call_indirect (type $none) (i32.const 0)))
  (func (export "call:right") (call_indirect (type $none) (i32.const 1))))
