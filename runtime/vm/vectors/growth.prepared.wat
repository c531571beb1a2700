(module
  (type (;0;) (func (param i32 i32)))
  (type (;1;) (func))
  (import "foil" "answer" (func $answer (;0;) (type 0)))
  (memory (;0;) 1 3)
  (memory (;1;) 1 1)
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "memory" (memory 0))
  (export "query:run" (func 1))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (export "\u{0}marks" (memory 1))
  (func (;1;) (type 1)
    (local i32 i32)
    global.get 0
    i64.const 6013
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
    local.set 0
    global.get 0
    local.get 0
    i64.extend_i32_u
    i64.const 0
    local.get 0
    i64.extend_i32_u
    i64.const 3
    i64.le_u
    select
    i64.const 8192
    i64.mul
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    memory.grow
    local.set 1
    local.tee 0
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 0
    local.get 1
    i32.store
    i32.const 4
    i32.const 3
    local.set 0
    global.get 0
    local.get 0
    i64.extend_i32_u
    i64.const 0
    local.get 0
    i64.extend_i32_u
    i64.const 3
    i64.le_u
    select
    i64.const 8192
    i64.mul
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    memory.grow
    local.set 1
    local.tee 0
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 0
    local.get 1
    i32.store
    i32.const 8
    i32.const -1
    local.set 0
    global.get 0
    local.get 0
    i64.extend_i32_u
    i64.const 0
    local.get 0
    i64.extend_i32_u
    i64.const 3
    i64.le_u
    select
    i64.const 8192
    i64.mul
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    memory.grow
    local.set 1
    local.tee 0
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 0
    local.get 1
    i32.store
    i32.const 12
    memory.size
    local.set 1
    local.tee 0
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 0
    local.get 1
    i32.store
    i32.const 0
    i32.const 16
    call $answer
  )
)
