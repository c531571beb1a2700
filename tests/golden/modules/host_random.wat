;; The random stream of a call is one stream, however it is drawn: 40 bytes at once are those of 1, 31, 0 and 8.
;; Another call has another stream. At most 4 KiB are drawn at once.
;;> at_once
;;> in_parts
;;> in_parts
;;> most
;;> too_many
(module
  (import "foil" "random" (func $random (param i32 i32)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (func (export "call:at_once")
    (call $random (i32.const 0) (i32.const 40))
    (call $answer (i32.const 0) (i32.const 40)))
  (func (export "call:in_parts")
    (call $random (i32.const 0) (i32.const 1))
    (call $random (i32.const 1) (i32.const 31))
    (call $random (i32.const 32) (i32.const 0))
    (call $random (i32.const 32) (i32.const 8))
    (call $answer (i32.const 0) (i32.const 40)))
  (func (export "call:most")
    (call $random (i32.const 0) (i32.const 4096))
    (call $answer (i32.const 0) (i32.const 4096)))
  (func (export "call:too_many") (call $random (i32.const 0) (i32.const 4097))))
