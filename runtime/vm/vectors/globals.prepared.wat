(module
  (type (;0;) (func (param i32)))
  (import "a" "g" (global $imported (;0;) i32))
  (global $first (;1;) (mut i32) i32.const 1)
  (global $constant (;2;) i64 i64.const 2)
  (global $second (;3;) (mut f32) f32.const 0x1.8p+1 (;=3;))
  (global (;4;) (mut i64) i64.const 0)
  (global (;5;) (mut i64) i64.const 4194304)
  (export "second" (global $second))
  (export "set" (func 0))
  (export "\u{0}fuel" (global 4))
  (export "\u{0}depth" (global 5))
  (export "\u{0}global 1" (global $first))
  (export "\u{0}global 3" (global $second))
  (func (;0;) (type 0) (param i32)
    global.get 4
    i64.const 3
    i64.sub
    global.set 4
    global.get 4
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    global.get $imported
    i32.add
    global.set $first
  )
)
