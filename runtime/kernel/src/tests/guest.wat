;; The tests' program. Its arguments are `[8 bytes]`, which lie from 64 on: the bytes at 66.
(module
  (import "foil" "input" (func $input (param i32 i32) (result i32)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (import "foil" "fail" (func $fail (param i32 i32)))
  (import "foil" "state_get" (func $get (param i32 i32 i32 i32) (result i64)))
  (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
  (import "foil" "emit" (func $emit (param i32 i32 i32 i32)))
  (import "foil" "send" (func $send (param i32 i32 i32 i32 i32)))
  (import "foil" "shard" (func $shard (param i32)))
  (import "foil" "seq" (func $seq (result i64)))
  (import "foil" "time" (func $time (result i64)))
  (import "foil" "random" (func $random (param i32 i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "countput")

  ;; How often it was called; STEP is the program's own.
  (func (export "call:count")
    (drop (call $get (i32.const 0) (i32.const 5) (i32.const 32) (i32.const 8)))
    (i64.store (i32.const 32) (i64.add (i64.load (i32.const 32)) (i64.const STEP)))
    (call $put (i32.const 0) (i32.const 5) (i32.const 32) (i32.const 8))
    (call $answer (i32.const 32) (i32.const 8)))

  ;; Keeps, under its argument, all that a program can know of its place.
  (func (export "call:put")
    (drop (call $input (i32.const 64) (i32.const 64)))
    (i64.store (i32.const 32) (call $seq))
    (i64.store (i32.const 40) (call $time))
    (call $random (i32.const 48) (i32.const 8))
    (call $put (i32.const 66) (i32.const 8) (i32.const 32) (i32.const 24))
    (call $emit (i32.const 5) (i32.const 3) (i32.const 64) (i32.const 10))
    (call $answer (i32.const 32) (i32.const 8)))

  ;; Writes as many keys as fifty small calls.
  (func (export "call:fill") (local $left i32)
    (local.set $left (i32.const 50))
    (loop $next
      (i32.store (i32.const 32) (local.get $left))
      (call $put (i32.const 32) (i32.const 4) (i32.const 0) (i32.const 5))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $next (local.get $left)))
    (call $answer (i32.const 32) (i32.const 8)))

  ;; Asks its own shard to `put` its argument.
  (func (export "call:tell")
    (drop (call $input (i32.const 64) (i32.const 64)))
    (call $shard (i32.const 96))
    (call $send (i32.const 96) (i32.const 5) (i32.const 3) (i32.const 64) (i32.const 10))
    (call $answer (i32.const 96) (i32.const 32)))

  ;; Writes, emits, sends, and says no.
  (func (export "call:fail")
    (drop (call $input (i32.const 64) (i32.const 64)))
    (call $put (i32.const 66) (i32.const 8) (i32.const 0) (i32.const 5))
    (call $emit (i32.const 5) (i32.const 3) (i32.const 64) (i32.const 10))
    (call $send (i32.const 96) (i32.const 5) (i32.const 3) (i32.const 64) (i32.const 10))
    (call $fail (i32.const 64) (i32.const 10)))

  ;; Writes, emits, sends, and breaks a rule.
  (func (export "call:trap")
    (drop (call $input (i32.const 64) (i32.const 64)))
    (call $put (i32.const 66) (i32.const 8) (i32.const 0) (i32.const 5))
    (call $emit (i32.const 5) (i32.const 3) (i32.const 64) (i32.const 10))
    (call $send (i32.const 96) (i32.const 5) (i32.const 3) (i32.const 64) (i32.const 10))
    (unreachable))

  (func (export "call:burn")
    (loop $again (br $again)))

  (func (export "query:counted")
    (drop (call $get (i32.const 0) (i32.const 5) (i32.const 32) (i32.const 8)))
    (call $answer (i32.const 32) (i32.const 8)))

  (func (export "query:meddle")
    (call $put (i32.const 0) (i32.const 5) (i32.const 32) (i32.const 8))))
