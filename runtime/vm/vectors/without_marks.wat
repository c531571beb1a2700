;; Prepared without marks, and with fuel 1000.
(module
  (memory 1 2)
  (func (export "store") (i32.store (i32.const 0) (i32.const 1)) (memory.fill (i32.const 0) (i32.const 1) (i32.const 2))))
