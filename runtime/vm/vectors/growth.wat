;; Growth pays for its pages if the memory may ever have them.
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 3)
  (func (export "query:run")
    (i32.store (i32.const 0) (memory.grow (i32.const 1)))
    (i32.store (i32.const 4) (memory.grow (i32.const 3)))
    (i32.store (i32.const 8) (memory.grow (i32.const -1)))
    (i32.store (i32.const 12) (memory.size))
    (call $answer (i32.const 0) (i32.const 16))))
