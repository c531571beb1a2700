;; Growing pays for each page that is asked for, before it happens, whether there is room for them or not; asking
;; for more pages than the maximum itself pays for none. Both are -1.
;;> by_0
;;> by_1
;;> by_3
;;> by_4
;;> by_5
;;> by_many
;;> by_3 fuel=20000
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 4)
  (func $grow (param $pages i32)
    (i32.store (i32.const 0) (memory.grow (local.get $pages)))
    (i32.store (i32.const 4) (memory.size))
    (call $answer (i32.const 0) (i32.const 8)))
  (func (export "call:by_0") (call $grow (i32.const 0)))
  (func (export "call:by_1") (call $grow (i32.const 1)))
  (func (export "call:by_3") (call $grow (i32.const 3)))
  (func (export "call:by_4") (call $grow (i32.const 4)))
  (func (export "call:by_5") (call $grow (i32.const 5)))
  (func (export "call:by_many") (call $grow (i32.const -1))))
