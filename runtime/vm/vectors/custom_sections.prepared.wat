(module $named
  (type (;0;) (func (param i32) (result i32)))
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "f" (func $named))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (func $named (;0;) (type 0) (param $p i32) (result i32)
    local.get $p
  )
)
