;; Copies of ranges that overlap are as if by way of a third place; a fill takes the low byte alone; memory.init
;; takes a part of a passive segment.
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "0123456789")
  (data $passive "abcdef")
  (func (export "call:copy_up")
    (memory.copy (i32.const 2) (i32.const 0) (i32.const 6))
    (call $answer (i32.const 0) (i32.const 10)))
  (func (export "call:copy_down")
    (memory.copy (i32.const 0) (i32.const 2) (i32.const 6))
    (call $answer (i32.const 0) (i32.const 10)))
  (func (export "call:fill")
    (memory.fill (i32.const 3) (i32.const 0x178) (i32.const 4))
    (call $answer (i32.const 0) (i32.const 10)))
  (func (export "call:init")
    (memory.init $passive (i32.const 1) (i32.const 2) (i32.const 3))
    (call $answer (i32.const 0) (i32.const 10))))
