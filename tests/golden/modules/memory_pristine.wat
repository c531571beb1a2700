;; Every call finds memory and globals as the module says, whatever the call before left: here all of memory is
;; summed up first, and then written over.
;;> main
;;> main
;;> grows_and_traps
;;> main
;;> starves fuel=3000
;;> main
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 3)
  (data (i32.const 4090) "image of two pages")
  (global $int (mut i32) (i32.const 5))
  (global $long (mut i64) (i64.const -5))
  (global $float (mut f32) (f32.const nan:0x200001))
  (global $double (mut f64) (f64.const 0.1))
  (func $sum (result i64) (local $at i32) (local $sum i64)
    (loop
      (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31)) (i64.load (local.get $at))))
      (br_if 0 (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8)))
        (i32.mul (memory.size) (i32.const 65536)))))
    (local.get $sum))
  (func $spoil
    (global.set $int (i32.const 1))
    (global.set $long (i64.const 1))
    (global.set $float (f32.const 1))
    (global.set $double (f64.const 1))
    (i64.store (i32.const 4092) (i64.const -1))
    (i32.store16 (i32.const 20479) (i32.const -1))
    (memory.copy (i32.const 30000) (i32.const 4000) (i32.const 9000))
    (memory.fill (i32.const 65000) (i32.const 255) (i32.const 536)))
  (func $main (export "call:main")
    (i64.store (i32.const 0) (call $sum))
    (i32.store (i32.const 8) (global.get $int))
    (i64.store (i32.const 16) (global.get $long))
    (f32.store (i32.const 12) (global.get $float))
    (f64.store (i32.const 24) (global.get $double))
    (i32.store (i32.const 32) (memory.size))
    (call $spoil)
    (call $answer (i32.const 0) (i32.const 36)))
  (func (export "call:grows_and_traps")
    (call $spoil)
    (drop (memory.grow (i32.const 2)))
    (memory.fill (i32.const 0) (i32.const 255) (i32.const 196608))
    unreachable)
  (func (export "call:starves")
    (call $spoil)
    (loop (br 0))))
