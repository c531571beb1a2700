;; Bulk operations pay for their length before it is checked, and mark what they write.
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (data $text "counterfoil")
  (func (export "query:run")
    (memory.init $text (i32.const 100) (i32.const 2) (i32.const 9))
    (memory.fill (i32.const 4000) (i32.const 7) (i32.const 5000))
    (memory.copy (i32.const 20000) (i32.const 96) (i32.const 16))
    (i32.store (i32.const 0) (i32.load8_u (i32.const 20004)))
    (call $answer (i32.const 20000) (i32.const 16)))
  (func (export "query:outside") (memory.fill (i32.const -1) (i32.const 0) (i32.const 8000)))
  (func (export "query:dear") (memory.fill (i32.const -1) (i32.const 0) (i32.const -1))))
