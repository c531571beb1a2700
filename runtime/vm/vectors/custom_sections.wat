;; Custom sections are dropped, but for the names of functions, which come last.
(module $named
  (@custom "counterfoil" (before type) "interface")
  (func $named (export "f") (param $p i32) (result i32) (local.get $p))
  (@custom "after" (after code) "more"))
