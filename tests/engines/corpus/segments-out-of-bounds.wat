(module (memory 1 1) (table 1 funcref) (elem (i32.const 1) 0) (data (i32.const 65536) "a") (func (export "f")))
