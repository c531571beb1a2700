(module (memory (export "m") 1 1) (data (i32.const 0) "written") (data (i32.const 65535) "ab") (func (export "f")))
