;; Active segments are written before the first call, later ones over earlier ones; the memory is zero where there is
;; none.
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "first segment")
  (data (i32.const 6) "second")
  (data (i32.const 65535) "!")
  (data (i32.const 65536) "")
  (func (export "call:begin") (call $answer (i32.const 0) (i32.const 20)))
  (func (export "call:end") (call $answer (i32.const 65530) (i32.const 6))))
