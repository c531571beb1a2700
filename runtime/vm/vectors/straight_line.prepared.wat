(module
  (type (;0;) (func (param i32 f64) (result i32)))
  (type (;1;) (func (param i32) (result i32)))
  (type (;2;) (func))
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "classes" (func 0))
  (export "free" (func 1))
  (export "nothing" (func 2))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (func (;0;) (type 0) (param i32 f64) (result i32)
    global.get 0
    i64.const 11
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    i32.const 1
    drop
    nop
    local.get 1
    f64.const 0x1p+0 (;=1;)
    f64.min
    drop
    local.get 0
    i32.const 7
    i32.add
    i32.const 3
    i32.rem_u
  )
  (func (;1;) (type 1) (param i32) (result i32)
    local.get 0
  )
  (func (;2;) (type 2))
)
