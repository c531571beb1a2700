;; A program that writes into its table: its instances are not used again.
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1) (table 4 funcref) (elem $e func $one $two)
  (type $t (func (result i32)))
  (func $one (type $t) (i32.const 1)) (func $two (type $t) (i32.const 2))
  (func (export "call:main") (table.init $e (i32.const 1) (i32.const 0) (i32.const 2))
    (i32.store (i32.const 0) (call_indirect (type $t) (i32.const 2))) (call $answer (i32.const 0) (i32.const 4)))
  (func (export "query:look") (drop (call_indirect (type $t) (i32.const 1)))))
