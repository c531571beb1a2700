;; A message names a shard, a method and canonical CBOR; there are at most 1,000 of them, of at most 64 KiB.
(module
  (import "foil" "send" (func $send (param i32 i32 i32 i32 i32)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 2 2)
  (data (i32.const 32) "do_it2\82\01\61x\18\01UP")
  (func (export "call:some")
    (call $send (i32.const 0) (i32.const 32) (i32.const 6) (i32.const 38) (i32.const 4))
    (call $send (i32.const 32) (i32.const 32) (i32.const 2) (i32.const 39) (i32.const 1))
    (call $answer (i32.const 0) (i32.const 0)))
  (func (export "call:no_method") (call $send (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 39) (i32.const 1)))
  (func (export "call:bad_method") (call $send (i32.const 0) (i32.const 44) (i32.const 2) (i32.const 39) (i32.const 1)))
  (func (export "call:no_args") (call $send (i32.const 0) (i32.const 32) (i32.const 6) (i32.const 38) (i32.const 0)))
  ;; 1 in two bytes has a shorter form.
  (func (export "call:not_canonical") (call $send (i32.const 0) (i32.const 32) (i32.const 6) (i32.const 42) (i32.const 2)))
  (func (export "call:too_long") (call $send (i32.const 0) (i32.const 32) (i32.const 6) (i32.const 0) (i32.const 65536)))
  (func (export "call:too_many")
    (loop (call $send (i32.const 0) (i32.const 32) (i32.const 2) (i32.const 39) (i32.const 1)) (br 0)))
  (func (export "query:in_a_query") (call $send (i32.const 0) (i32.const 32) (i32.const 6) (i32.const 38) (i32.const 4))))
