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
  (export "query:run" (func 3))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (export "\u{0}marks" (memory 1))
  (func $leaf (;1;) (type 1) (param i32) (result i32)
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
      local.get 0
      if ;; label = @2
        i32.const 1
        return
      end
      global.get 0
      i64.const 8
      i64.sub
      global.set 0
      nop
    end
    i32.const 4
    i32.const 2
    i32.div_u
  )
  (func $framed (;2;) (type 1) (param i32) (result i32)
    global.get 1
    i64.const 464
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
    block (result i32) ;; label = @1
      block ;; label = @2
        loop ;; label = @3
          global.get 0
          i64.const 1
          i64.sub
          global.set 0
          global.get 0
          i64.const 0
          i64.lt_s
          if ;; label = @4
            unreachable
          end
          local.get 0
          if ;; label = @4
            global.get 0
            i64.const 5
            i64.sub
            global.set 0
            local.get 0
            call $leaf
            br 3 (;@1;)
          end
          global.get 0
          i64.const 5
          i64.sub
          global.set 0
        end
      end
      local.get 0
      call $leaf
      br 0 (;@1;)
    end
    global.get 1
    i64.const 464
    i64.add
    global.set 1
  )
  (func (;3;) (type 2)
    (local i32 i32)
    global.get 0
    i64.const 17
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
      i32.const 0
      call $framed
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
      i32.const 1
      call $framed
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
      i32.const 8
      call $answer
      br 0 (;@1;)
    end
    global.get 1
    i64.const 592
    i64.add
    global.set 1
  )
)
