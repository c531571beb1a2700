;; One operator of each class in straight lines; a function that calls nobody has no frame to pay for.
(module
  (func (export "classes") (param i32 f64) (result i32)
    (drop (i32.const 1)) (nop) (drop (f64.min (local.get 1) (f64.const 1)))
    (i32.rem_u (i32.add (local.get 0) (i32.const 7)) (i32.const 3)))
  (func (export "free") (param i32) (result i32) (local.get 0))
  (func (export "nothing")))
