(module
  (memory (export "memory") 1 1) (table 4 funcref)
  (data $d "abc") (elem $e func 0 0)
  (func (export "f") (memory.init $d (i32.const 0) (i32.const 0) (i32.const 3)) (data.drop $d)
    (table.init $e (i32.const 1) (i32.const 0) (i32.const 2)) (elem.drop $e)
    (table.copy (i32.const 0) (i32.const 1) (i32.const 2)))
  (func (export "again") (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))))
