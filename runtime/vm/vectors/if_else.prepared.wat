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
  (export "query:run" (func 5))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (export "\u{0}marks" (memory 1))
  (func $large (;1;) (type 1) (param i32)
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
    if ;; label = @1
      global.get 0
      i64.const 8
      i64.sub
      global.set 0
      i32.const 1
      i32.const 1
      i32.div_u
      drop
    else
      global.get 0
      i64.const 8
      i64.sub
      global.set 0
      i32.const 1
      i32.const 1
      i32.rem_u
      drop
    end
    i32.const 1
    i32.ctz
    drop
  )
  (func $small (;2;) (type 1) (param i32)
    global.get 0
    i64.const 4
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    if ;; label = @1
      i32.const 1
      i32.eqz
      drop
    else
      i32.const 1
      i32.clz
      drop
    end
    i32.const 1
    i32.ctz
    drop
  )
  (func $without_else (;3;) (type 1) (param i32)
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
    local.get 0
    if ;; label = @1
      global.get 0
      i64.const 8
      i64.sub
      global.set 0
      i32.const 1
      i32.const 1
      i32.div_u
      drop
    end
  )
  (func $one_half_ends (;4;) (type 1) (param i32)
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
    if ;; label = @1
      return
    else
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
    i32.rem_u
    drop
  )
  (func (;5;) (type 2)
    global.get 0
    i64.const 36
    i64.sub
    global.set 0
    global.get 1
    i64.const 560
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
      call $one_half_ends
      i32.const 1
      call $one_half_ends
      i32.const 0
      call $large
      i32.const 1
      call $large
      i32.const 0
      call $small
      i32.const 1
      call $small
      i32.const 0
      call $without_else
      i32.const 1
      call $without_else
      i32.const 0
      i32.const 0
      call $answer
    end
    global.get 1
    i64.const 560
    i64.add
    global.set 1
  )
)
