;; A memory that is imported is not marked; one without a maximum may have as many pages as any program's. The
;; start function stays.
(module
  (import "a" "memory" (memory 1))
  (import "a" "f" (func $f))
  (import "a" "h" (global (mut i32)))
  (start $f)
  (func (export "grow") (result i32) (i32.store (i32.const 0) (i32.const 1)) (memory.grow (i32.const 1))))
