(module
  (type (;0;) (func))
  (type (;1;) (func (result i32)))
  (import "a" "memory" (memory (;0;) 1))
  (import "a" "f" (func $f (;0;) (type 0)))
  (import "a" "h" (global (;0;) (mut i32)))
  (global (;1;) (mut i64) i64.const 0)
  (global (;2;) (mut i64) i64.const 4194304)
  (export "grow" (func 1))
  (export "\u{0}fuel" (global 1))
  (export "\u{0}depth" (global 2))
  (start $f)
  (func (;1;) (type 1) (result i32)
    (local i32)
    global.get 1
    i64.const 2002
    i64.sub
    global.set 1
    global.get 1
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    i32.const 0
    i32.const 1
    i32.store
    i32.const 1
    local.set 0
    global.get 1
    local.get 0
    i64.extend_i32_u
    i64.const 0
    local.get 0
    i64.extend_i32_u
    i64.const 1024
    i64.le_u
    select
    i64.const 8192
    i64.mul
    i64.sub
    global.set 1
    global.get 1
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    memory.grow
  )
)
