;; A store that lies on two pages of 4 KiB, or of 64 KiB, writes both; the next call finds neither.
;;> main
;;> main
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 2 2)
  (func (export "call:main")
    (i64.store (i32.const 0) (i64.or (i64.load (i32.const 4092)) (i64.load (i32.const 65532))))
    (i64.store (i32.const 4092) (i64.const -1))
    (i64.store offset=4 (i32.const 65528) (i64.const -1))
    (i64.store (i32.const 8) (i64.load (i32.const 65528)))
    (i64.store (i32.const 16) (i64.load (i32.const 65536)))
    (call $answer (i32.const 0) (i32.const 24))))
