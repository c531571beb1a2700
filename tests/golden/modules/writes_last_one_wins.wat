;; A call's diff has one entry for each key, its last write, in key order; a write that changes nothing and a
;; deletion of what is not there are in it, too.
;;> main
;;> main
(module
  (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
  (import "foil" "state_delete" (func $delete (param i32 i32)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "zyxvalue")
  (func (export "call:main")
    (call $put (i32.const 0) (i32.const 1) (i32.const 3) (i32.const 5))
    (call $put (i32.const 1) (i32.const 1) (i32.const 3) (i32.const 5))
    (call $put (i32.const 1) (i32.const 1) (i32.const 3) (i32.const 2))
    (call $put (i32.const 2) (i32.const 1) (i32.const 3) (i32.const 1))
    (call $delete (i32.const 2) (i32.const 1))
    (call $delete (i32.const 0) (i32.const 2))
    (call $answer (i32.const 0) (i32.const 0))))
