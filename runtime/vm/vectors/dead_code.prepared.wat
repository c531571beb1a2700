(module
  (type (;0;) (func (param i32 i32)))
  (type (;1;) (func (result i32)))
  (type (;2;) (func (param i32) (result i32)))
  (type (;3;) (func))
  (import "foil" "answer" (func $answer (;0;) (type 0)))
  (memory (;0;) 1 1)
  (memory (;1;) 1 1)
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "memory" (memory 0))
  (export "query:run" (func 5))
  (export "query:trap" (func 6))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (export "\u{0}marks" (memory 1))
  (func $after_branch (;1;) (type 1) (result i32)
    global.get 0
    i64.const 2
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    block ;; label = @1
      br 0 (;@1;)
    end
    i32.const 1
    return
  )
  (func $after_end (;2;) (type 2) (param i32) (result i32)
    global.get 0
    i64.const 2
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    block (result i32) ;; label = @1
      local.get 0
      if ;; label = @2
        global.get 0
        i64.const 1
        i64.sub
        global.set 0
        i32.const 3
        return
      else
        i32.const 4
        br 1 (;@1;)
      end
      unreachable
    end
  )
  (func $after_loop (;3;) (type 2) (param i32) (result i32)
    block (result i64) ;; label = @1
      loop ;; label = @2
        global.get 0
        i64.const 3
        i64.sub
        global.set 0
        global.get 0
        i64.const 0
        i64.lt_s
        if ;; label = @3
          unreachable
        end
        local.get 0
        i32.const 1
        i32.sub
        local.tee 0
        br_if 0 (;@2;)
        i32.const 8
        return
      end
      unreachable
    end
    unreachable
  )
  (func $half (;4;) (type 2) (param i32) (result i32)
    global.get 0
    i64.const 2
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    if (result i32) ;; label = @1
      unreachable
    else
      i32.const 11
    end
  )
  (func (;5;) (type 3)
    (local i32 i32)
    global.get 0
    i64.const 28
    i64.sub
    global.set 0
    global.get 1
    i64.const 736
    i64.sub
    global.set 1
    global.get 1
    global.get 0
    i64.or
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    block ;; label = @1
      i32.const 0
      call $after_branch
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
      i32.const 0
      call $after_end
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
      i32.const 3
      call $after_loop
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
      i32.const 0
      call $half
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
    end
    global.get 1
    i64.const 736
    i64.add
    global.set 1
  )
  (func (;6;) (type 3)
    global.get 0
    i64.const 4
    i64.sub
    global.set 0
    global.get 1
    i64.const 400
    i64.sub
    global.set 1
    global.get 1
    global.get 0
    i64.or
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    block ;; label = @1
      i32.const 1
      call $half
      drop
    end
    global.get 1
    i64.const 400
    i64.add
    global.set 1
  )
)
