(module (memory (export "m") 1 1) (global (export "g") i32 (i32.const 1)))
