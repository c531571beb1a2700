;; A query reads and answers; writing, deleting, emitting and sending are a trap in it. It is no part of history.
;;> write
;;> read
;;> put
;;> delete
;;> emit
;;> spin fuel=1000
;;> read
(module
  (import "foil" "state_get" (func $get (param i32 i32 i32 i32) (result i64)))
  (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
  (import "foil" "state_delete" (func $delete (param i32 i32)))
  (import "foil" "emit" (func $emit (param i32 i32 i32 i32)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "key")
  (func (export "call:write")
    (call $put (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 3))
    (call $answer (i32.const 0) (i32.const 0)))
  (func (export "query:read")
    (drop (call $get (i32.const 0) (i32.const 3) (i32.const 10) (i32.const 3)))
    (call $answer (i32.const 10) (i32.const 3)))
  (func (export "query:put") (call $put (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 3)))
  (func (export "query:delete") (call $delete (i32.const 0) (i32.const 3)))
  (func (export "query:emit") (call $emit (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 0)))
  (func (export "query:spin") (loop (br 0))))
