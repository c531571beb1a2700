(module
  (type (;0;) (func))
  (memory (;0;) 1 2)
  (global (;0;) (mut i64) i64.const 1000)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "store" (func 0))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (func (;0;) (type 0)
    (local i32 i32 i32)
    global.get 0
    i64.const 22
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    i32.const 0
    i32.const 1
    i32.store
    i32.const 0
    i32.const 1
    i32.const 2
    local.set 0
    local.set 1
    local.set 2
    global.get 0
    local.get 0
    i64.extend_i32_u
    i64.const 3
    i64.shr_u
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 2
    local.get 1
    local.get 0
    memory.fill
  )
)
