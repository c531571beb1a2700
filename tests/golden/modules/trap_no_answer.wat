;; A method that ends without an answer has trapped: what it wrote is gone. An empty answer is one.
(module
  (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (func (export "call:empty") (call $answer (i32.const 0) (i32.const 0)))
  (func (export "call:silent") (call $put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1)))
  (func (export "query:silent_query")))
