;; What is added stands behind the module's own globals; its mutable ones are exported under new names.
(module
  (import "a" "g" (global $imported i32))
  (global $first (mut i32) (i32.const 1))
  (global $constant i64 (i64.const 2))
  (global $second (export "second") (mut f32) (f32.const 3))
  (func (export "set") (param i32) (global.set $first (i32.add (local.get 0) (global.get $imported)))))
