(module
  (type (;0;) (func (param i32 i32)))
  (type (;1;) (func (param i32) (result i32)))
  (type (;2;) (func))
  (import "foil" "answer" (func $answer (;0;) (type 0)))
  (memory (;0;) 1 1)
  (memory (;1;) 1 1)
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "memory" (memory 0))
  (export "query:run" (func 4))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (export "\u{0}marks" (memory 1))
  (func $count (;1;) (type 1) (param i32) (result i32)
    (local i32)
    global.get 0
    i64.const 1
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    loop ;; label = @1
      global.get 0
      i64.const 3
      i64.sub
      global.set 0
      global.get 0
      i64.const 0
      i64.lt_s
      if ;; label = @2
        unreachable
      end
      local.get 1
      local.get 0
      i32.add
      local.set 1
      local.get 0
      i32.const 1
      i32.sub
      local.tee 0
      br_if 0 (;@1;)
    end
    local.get 1
    i32.const 3
    i32.mul
  )
  (func $left (;2;) (type 1) (param i32) (result i32)
    block ;; label = @1
      loop ;; label = @2
        global.get 0
        i64.const 2
        i64.sub
        global.set 0
        global.get 0
        i64.const 0
        i64.lt_s
        if ;; label = @3
          unreachable
        end
        local.get 0
        i32.eqz
        br_if 1 (;@1;)
        global.get 0
        i64.const 18
        i64.sub
        global.set 0
        local.get 0
        i32.const 2
        i32.div_u
        local.set 0
        local.get 0
        i32.const 100
        i32.gt_u
        br_if 0 (;@2;)
        nop
      end
      local.get 0
      i32.const 3
      i32.div_u
      local.set 0
    end
    local.get 0
  )
  (func $nothing_to_pay (;3;) (type 2)
    block ;; label = @1
      loop ;; label = @2
        global.get 0
        i64.const 1
        i64.sub
        global.set 0
        global.get 0
        i64.const 0
        i64.lt_s
        if ;; label = @3
          unreachable
        end
        br 1 (;@1;)
      end
    end
  )
  (func (;4;) (type 2)
    (local i32 i32)
    global.get 0
    i64.const 20
    i64.sub
    global.set 0
    global.get 1
    i64.const 592
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
      i32.const 10
      call $count
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
      i32.const 1000
      call $left
      local.set 1
      local.tee 0
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 0
      local.get 1
      i32.store
      call $nothing_to_pay
      i32.const 0
      i32.const 8
      call $answer
    end
    global.get 1
    i64.const 592
    i64.add
    global.set 1
  )
)
