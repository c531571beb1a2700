;; A call knows its shard, its caller, its place and its logical time; a query those of the next call.
;;> all as=ann
;;> all
;;> question as=ann
;;> cut_caller as=a-rather-long-name
(module
  (import "foil" "shard" (func $shard (param i32)))
  (import "foil" "caller" (func $caller (param i32 i32) (result i32)))
  (import "foil" "seq" (func $seq (result i64)))
  (import "foil" "time" (func $time (result i64)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (func $all (export "call:all")
    (i64.store (i32.const 0) (call $seq))
    (i64.store (i32.const 8) (call $time))
    (call $shard (i32.const 16))
    (call $answer (i32.const 0) (i32.add (i32.const 48) (call $caller (i32.const 48) (i32.const 100)))))
  (func (export "query:question") (call $all))
  (func (export "call:cut_caller")
    (i32.store8 (i32.const 0) (call $caller (i32.const 1) (i32.const 6)))
    (call $answer (i32.const 0) (i32.const 10))))
