;; The arguments are copied as far as there is room; the answer is their whole length, and what is paid for is
;; what was copied.
;;> all input=abcdefghij
;;> part input=abcdefghij
;;> length input=abcdefghij
;;> all input=
(module
  (import "foil" "input" (func $input (param i32 i32) (result i32)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (func (export "call:all")
    (call $answer (i32.const 0) (call $input (i32.const 0) (i32.const 65536))))
  (func (export "call:part")
    (call $answer (i32.const 0) (call $input (i32.const 0) (i32.const 4))))
  (func (export "call:length")
    (i32.store8 (i32.const 0) (call $input (i32.const 65536) (i32.const 0)))
    (call $answer (i32.const 0) (i32.const 1))))
