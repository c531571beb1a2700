(module
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
)
