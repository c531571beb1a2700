;; The last answer that is set counts; it has at most 1 MiB, and a call goes on after it.
(module
  (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 17 17)
  (data (i32.const 0) "firstlast")
  (func (export "call:twice")
    (call $answer (i32.const 0) (i32.const 5))
    (call $put (i32.const 0) (i32.const 5) (i32.const 0) (i32.const 5))
    (call $answer (i32.const 5) (i32.const 4)))
  (func (export "call:largest") (call $answer (i32.const 0) (i32.const 1048576)))
  (func (export "call:too_long") (call $answer (i32.const 0) (i32.const 1048577))))
