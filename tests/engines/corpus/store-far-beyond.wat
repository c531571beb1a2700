;; The mark of a store that traps stands behind the end of memory.
(module
  (memory (export "memory") 1 1)
  (func (export "call:main") (i32.store offset=264026 (i32.const 0) (i32.const 1))))
