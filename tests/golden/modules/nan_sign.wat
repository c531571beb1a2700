;; neg and copysign see the sign of a NaN: what was made is canonical before them, in both operands of copysign.
;; abs passes a NaN on.
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (func $made (result f64) (local $nan f64) (local.set $nan (f64.div (f64.const 0) (f64.const 0))) (local.get $nan))
  (func (export "call:signs")
    (f64.store (i32.const 0) (f64.neg (f64.div (f64.const 0) (f64.const 0))))
    (f64.store (i32.const 8) (f64.neg (f64.sub (f64.const -inf) (f64.const -inf))))
    (f64.store (i32.const 16) (f64.copysign (f64.const 1) (f64.add (f64.const -nan) (f64.const 1))))
    (f64.store (i32.const 24) (f64.copysign (f64.div (f64.const 0) (f64.const 0)) (f64.const -1)))
    (f64.store (i32.const 32) (f64.copysign (f64.mul (f64.const -nan) (f64.const 2)) (f64.mul (f64.const -nan) (f64.const 2))))
    (f64.store (i32.const 40) (f64.abs (f64.mul (f64.const -nan:0x4000000000001) (f64.const 2))))
    (f64.store (i32.const 48) (f64.neg (f64.abs (f64.sqrt (f64.const -1)))))
    (f64.store (i32.const 56) (f64.copysign (f64.const 1) (call $made)))
    (call $answer (i32.const 0) (i32.const 64))))
