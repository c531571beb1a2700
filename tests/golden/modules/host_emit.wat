;; Events stand in the order of their emission, equal ones too. A name is UTF-8; name and data together have at
;; most 64 KiB; there are at most 10,000 events and 4 MiB of them.
(module
  (import "foil" "emit" (func $emit (param i32 i32 i32 i32)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 2 2)
  (data (i32.const 0) "MovedZ\c3\bcrich\82\01\02\ff")
  (func (export "call:some")
    (call $emit (i32.const 5) (i32.const 7) (i32.const 12) (i32.const 3))
    (call $emit (i32.const 0) (i32.const 5) (i32.const 12) (i32.const 3))
    (call $emit (i32.const 0) (i32.const 5) (i32.const 12) (i32.const 3))
    (call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
    (call $answer (i32.const 0) (i32.const 0)))
  (func (export "call:not_utf8") (call $emit (i32.const 15) (i32.const 1) (i32.const 0) (i32.const 0)))
  (func (export "call:too_long") (call $emit (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 65536)))
  (func (export "call:too_many") (loop (call $emit (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0)) (br 0)))
  (func (export "call:too_many_bytes")
    (loop (call $emit (i32.const 0) (i32.const 0) (i32.const 16) (i32.const 65536)) (br 0))))
