;; Keys are read as they were written, in this call and in those before; a buffer that is too small gets what
;; fits and the whole length; an absent key is -1, and an empty value is not absent.
;;> read
;;> write
;;> read
;;> delete
;;> read
(module
  (import "foil" "state_get" (func $get (param i32 i32 i32 i32) (result i64)))
  (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
  (import "foil" "state_delete" (func $delete (param i32 i32)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "abvalue")
  ;; The lengths of a with room for 2 bytes and for all, of b, and the bytes of a.
  (func $read (export "call:read")
    (i64.store (i32.const 100) (call $get (i32.const 0) (i32.const 1) (i32.const 124) (i32.const 2)))
    (i64.store (i32.const 108) (call $get (i32.const 0) (i32.const 1) (i32.const 132) (i32.const 20)))
    (i64.store (i32.const 116) (call $get (i32.const 1) (i32.const 1) (i32.const 0) (i32.const 0)))
    (call $answer (i32.const 100) (i32.const 40)))
  (func (export "call:write")
    (call $put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 2))
    (call $put (i32.const 0) (i32.const 1) (i32.const 2) (i32.const 5))
    (call $put (i32.const 1) (i32.const 1) (i32.const 0) (i32.const 0))
    (call $read))
  (func (export "call:delete")
    (call $put (i32.const 0) (i32.const 2) (i32.const 0) (i32.const 2))
    (call $delete (i32.const 0) (i32.const 2))
    (call $delete (i32.const 0) (i32.const 1))
    (call $read)))
