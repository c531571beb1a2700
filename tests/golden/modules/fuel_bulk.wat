;; Bulk operations pay by their length, before anything is moved: who cannot pay finds nothing moved.
;;> fill_0
;;> fill_8
;;> fill_60000
;;> copy_60000
;;> init_64
;;> table_8
;;> fill_60000 fuel=7000
;;> endless fuel=1000000
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (table 16 funcref)
  (elem $passive func $f $f $f $f $f $f $f $f)
  (data $bytes "0123456789012345678901234567890123456789012345678901234567890123")
  (func $f)
  (func $done (call $answer (i32.const 59992) (i32.const 8)))
  (func $fill (param i32) (memory.fill (i32.const 0) (i32.const 7) (local.get 0)) (call $done))
  (func (export "call:fill_0") (call $fill (i32.const 0)))
  (func (export "call:fill_8") (call $fill (i32.const 8)))
  (func (export "call:fill_60000") (call $fill (i32.const 60000)))
  (func (export "call:copy_60000")
    (i32.store8 (i32.const 8) (i32.const 1))
    (memory.copy (i32.const 1) (i32.const 0) (i32.const 60000))
    (call $done))
  (func (export "call:init_64") (memory.init $bytes (i32.const 59936) (i32.const 0) (i32.const 64)) (call $done))
  (func (export "call:table_8")
    (table.init $passive (i32.const 0) (i32.const 0) (i32.const 8))
    (table.copy (i32.const 8) (i32.const 0) (i32.const 8))
    (call $done))
  (func (export "call:endless") (loop (memory.fill (i32.const 0) (i32.const 0) (i32.const 65536)) (br 0))))
