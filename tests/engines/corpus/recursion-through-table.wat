(module
  (memory (export "memory") 1 1)
  (type $t (func (param i32) (result i32)))
  (table 3 funcref)
  (elem (i32.const 0) $f $g)
  (func $f (type $t) (call_indirect (type $t) (local.get 0) (i32.const 1)))
  (func $g (type $t) (call_indirect (type $t) (local.get 0) (i32.and (local.get 0) (i32.const 3))))
  (func (export "f") (type $t) (call $f (local.get 0)))
  (func (export "query:look") (drop (call $f (i32.const 0)))))
