;; Straight code is paid for before it runs, all of it up to the next place where control meets or parts: with
;; one unit too little, not even its first write happens. The second call has just enough.
;;> straight
;;> straight fuel=20
;;> branches input=0
;;> branches input=1
(module
  (import "foil" "input" (func $input (param i32 i32) (result i32)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (func (export "call:straight")
    (i32.store (i32.const 0) (i32.add (i32.load (i32.const 4)) (i32.const 1)))
    (i32.store (i32.const 8) (i32.mul (i32.load (i32.const 4)) (i32.const 3)))
    (call $answer (i32.const 0) (i32.const 12)))
  ;; Each way costs what stands on it.
  (func (export "call:branches")
    (drop (call $input (i32.const 0) (i32.const 1)))
    (if (i32.eq (i32.load8_u (i32.const 0)) (i32.const 0x31))
      (then
        (i64.store (i32.const 8) (i64.div_u (i64.const 7) (i64.const 2)))
        (i64.store (i32.const 8) (i64.div_u (i64.load (i32.const 8)) (i64.const 2))))
      (else nop))
    (call $answer (i32.const 8) (i32.const 8))))
