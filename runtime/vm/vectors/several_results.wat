;; The block around a body of several results has a type that is added: once for each list of results, in the
;; order in which they are first needed, whatever types the module has.
(module
  (type (func (result i32 i64)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (func $pair (param i32) (result i32 f64) (call $pair_leaf (local.get 0)))
  (func $pair_leaf (param i32) (result i32 f64) (return (local.get 0) (f64.const 2)))
  (func $again (param i32) (result i32 f64) (call $pair (local.get 0)) (return))
  (func $other (result i32 i64) (call $again (i32.const 7)) (drop) (i64.const 9))
  (func $one (result i64) (call $other) (drop) (i64.extend_i32_u))
  (func (export "query:run") (call $answer (i32.wrap_i64 (call $one)) (i32.const 0))))
