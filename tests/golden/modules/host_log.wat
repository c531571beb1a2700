;; Lines of the debug log are cut after 4 KiB, and those beyond 64 KiB dropped; what is not UTF-8 is replaced. The
;; log changes no effect: the first two calls differ in nothing else.
;;> silent
;;> lines
;;> flood
(module
  (import "foil" "log" (func $log (param i32 i32)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "line\ff\fe")
  (func (export "call:silent") (call $answer (i32.const 0) (i32.const 0)))
  (func (export "call:lines")
    (call $log (i32.const 0) (i32.const 4))
    (call $log (i32.const 0) (i32.const 6))
    (call $log (i32.const 0) (i32.const 0))
    (call $answer (i32.const 0) (i32.const 0)))
  (func (export "call:flood") (local $count i32)
    (memory.fill (i32.const 0) (i32.const 0x78) (i32.const 5000))
    (loop
      (call $log (i32.const 0) (i32.const 5000))
      (br_if 0 (i32.lt_u (local.tee $count (i32.add (local.get $count) (i32.const 1))) (i32.const 20))))
    (call $answer (i32.const 0) (i32.const 0))))
