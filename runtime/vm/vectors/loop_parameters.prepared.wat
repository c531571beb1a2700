(module
  (type (;0;) (func (param i32 i32)))
  (type (;1;) (func (param i32) (result i32)))
  (type (;2;) (func (param i32 i32) (result i32)))
  (type (;3;) (func))
  (import "foil" "answer" (func $answer (;0;) (type 0)))
  (memory (;0;) 1 1)
  (memory (;1;) 1 1)
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "memory" (memory 0))
  (export "query:run" (func 2))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (export "\u{0}marks" (memory 1))
  (func $sum (;1;) (type 1) (param i32) (result i32)
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
    i32.const 1000
    block (result i32) ;; label = @1
      i32.const 0
      local.get 0
      block ;; label = @2
      end
      loop (type 2) (param i32 i32) (result i32) ;; label = @2
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
        local.set 0
        local.get 0
        i32.add
        local.get 0
        i32.const 1
        i32.sub
        local.set 0
        local.get 0
        local.get 0
        br_if 0 (;@2;)
        drop
      end
    end
    i32.add
  )
  (func (;2;) (type 3)
    (local i32 i32)
    global.get 0
    i64.const 10
    i64.sub
    global.set 0
    global.get 1
    i64.const 512
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
      i32.const 5
      call $sum
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
      i32.const 4
      call $answer
    end
    global.get 1
    i64.const 512
    i64.add
    global.set 1
  )
)
