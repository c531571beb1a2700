(module
  (type (;0;) (func (param i32 i32)))
  (type (;1;) (func))
  (import "foil" "answer" (func $answer (;0;) (type 0)))
  (memory (;0;) 1 1)
  (memory (;1;) 1 1)
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "memory" (memory 0))
  (export "query:run" (func 1))
  (export "query:outside" (func 2))
  (export "query:dear" (func 3))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (export "\u{0}marks" (memory 1))
  (func (;1;) (type 1)
    (local i32 i32 i32)
    global.get 0
    i64.const 67
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    i32.const 100
    i32.const 2
    i32.const 9
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
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 2
    local.get 0
    i32.add
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 0
    i32.const 4096
    i32.gt_u
    if ;; label = @1
      local.get 2
      i32.const 12
      i32.shr_u
      i32.const 1
      local.get 0
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.add
      memory.fill 1
    end
    local.get 2
    local.get 1
    local.get 0
    memory.init $text
    i32.const 4000
    i32.const 7
    i32.const 5000
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
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 2
    local.get 0
    i32.add
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 0
    i32.const 4096
    i32.gt_u
    if ;; label = @1
      local.get 2
      i32.const 12
      i32.shr_u
      i32.const 1
      local.get 0
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.add
      memory.fill 1
    end
    local.get 2
    local.get 1
    local.get 0
    memory.fill
    i32.const 20000
    i32.const 96
    i32.const 16
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
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 2
    local.get 0
    i32.add
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 0
    i32.const 4096
    i32.gt_u
    if ;; label = @1
      local.get 2
      i32.const 12
      i32.shr_u
      i32.const 1
      local.get 0
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.add
      memory.fill 1
    end
    local.get 2
    local.get 1
    local.get 0
    memory.copy
    i32.const 0
    i32.const 20004
    i32.load8_u
    local.set 1
    local.tee 0
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 0
    local.get 1
    i32.store
    i32.const 20000
    i32.const 16
    call $answer
  )
  (func (;2;) (type 1)
    (local i32 i32 i32)
    global.get 0
    i64.const 20
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    i32.const -1
    i32.const 0
    i32.const 8000
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
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 2
    local.get 0
    i32.add
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 0
    i32.const 4096
    i32.gt_u
    if ;; label = @1
      local.get 2
      i32.const 12
      i32.shr_u
      i32.const 1
      local.get 0
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.add
      memory.fill 1
    end
    local.get 2
    local.get 1
    local.get 0
    memory.fill
  )
  (func (;3;) (type 1)
    (local i32 i32 i32)
    global.get 0
    i64.const 20
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    i32.const -1
    i32.const 0
    i32.const -1
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
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 2
    local.get 0
    i32.add
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 0
    i32.const 4096
    i32.gt_u
    if ;; label = @1
      local.get 2
      i32.const 12
      i32.shr_u
      i32.const 1
      local.get 0
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.add
      memory.fill 1
    end
    local.get 2
    local.get 1
    local.get 0
    memory.fill
  )
  (data $text (;0;) "counterfoil")
)
