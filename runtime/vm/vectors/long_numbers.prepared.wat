(module
  (type (;0;) (func (result i32)))
  (memory (;0;) 1 2)
  (memory (;1;) 1 1)
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "f" (func 0))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (export "\u{0}marks" (memory 1))
  (func (;0;) (type 0) (result i32)
    (local i32 i32)
    i32.const 1
    local.set 0
    local.get 0
  )
)
