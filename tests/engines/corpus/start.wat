(module
  (memory (export "memory") 1 1)
  (global $g (export "g") (mut i64) (i64.const 0))
  (func $s (local i32) (loop (global.set $g (i64.add (global.get $g) (i64.const 3)))
    (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 100)))))
  (start $s)
  (func (export "f") (result i64) (global.get $g)))
