(module
  (type (;0;) (func (param i32 i32)))
  (type (;1;) (func (param i32)))
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
  (func $out (;1;) (type 1) (param i32)
    global.get 0
    i64.const 3
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
        br 1 (;@1;)
      end
      global.get 0
      i64.const 8
      i64.sub
      global.set 0
      i32.const 1
      i32.const 1
      i32.div_u
      drop
    end
    i32.const 1
    i32.eqz
    drop
  )
  (func $within (;2;) (type 1) (param i32)
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
      br_if 0 (;@1;)
      global.get 0
      i64.const 8
      i64.sub
      global.set 0
      i32.const 1
      i32.const 1
      i32.div_u
      drop
    end
    i32.const 1
    i32.eqz
    drop
  )
  (func $table (;3;) (type 1) (param i32)
    global.get 0
    i64.const 3
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    block ;; label = @1
      block ;; label = @2
        block ;; label = @3
          local.get 0
          br_table 0 (;@3;) 1 (;@2;) 2 (;@1;)
        end
        global.get 0
        i64.const 8
        i64.sub
        global.set 0
        i32.const 1
        i32.const 1
        i32.div_u
        drop
      end
      global.get 0
      i64.const 8
      i64.sub
      global.set 0
      i32.const 1
      i32.const 1
      i32.div_u
      drop
    end
    i32.const 1
    i32.eqz
    drop
  )
  (func (;4;) (type 2)
    global.get 0
    i64.const 32
    i64.sub
    global.set 0
    global.get 1
    i64.const 544
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
      call $out
      i32.const 1
      call $out
      i32.const 0
      call $within
      i32.const 1
      call $within
      i32.const 0
      call $table
      i32.const 1
      call $table
      i32.const 9
      call $table
      i32.const 0
      i32.const 0
      call $answer
    end
    global.get 1
    i64.const 544
    i64.add
    global.set 1
  )
)
