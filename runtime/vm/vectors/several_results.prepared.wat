(module
  (type (;0;) (func (result i32 i64)))
  (type (;1;) (func (param i32 i32)))
  (type (;2;) (func (param i32) (result i32 f64)))
  (type (;3;) (func (result i64)))
  (type (;4;) (func))
  (type (;5;) (func (result i32 f64)))
  (type (;6;) (func (result i32 i64)))
  (import "foil" "answer" (func $answer (;0;) (type 1)))
  (memory (;0;) 1 1)
  (memory (;1;) 1 1)
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "memory" (memory 0))
  (export "query:run" (func 6))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (export "\u{0}marks" (memory 1))
  (func $pair (;1;) (type 2) (param i32) (result i32 f64)
    global.get 0
    i64.const 4
    i64.sub
    global.set 0
    global.get 1
    i64.const 528
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
    block (type 5) (result i32 f64) ;; label = @1
      local.get 0
      call $pair_leaf
    end
    global.get 1
    i64.const 528
    i64.add
    global.set 1
  )
  (func $pair_leaf (;2;) (type 2) (param i32) (result i32 f64)
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
    f64.const 0x1p+1 (;=2;)
    return
  )
  (func $again (;3;) (type 2) (param i32) (result i32 f64)
    global.get 0
    i64.const 5
    i64.sub
    global.set 0
    global.get 1
    i64.const 528
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
    block (type 5) (result i32 f64) ;; label = @1
      local.get 0
      call $pair
      br 0 (;@1;)
    end
    global.get 1
    i64.const 528
    i64.add
    global.set 1
  )
  (func $other (;4;) (type 0) (result i32 i64)
    global.get 0
    i64.const 4
    i64.sub
    global.set 0
    global.get 1
    i64.const 496
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
    block (type 6) (result i32 i64) ;; label = @1
      i32.const 7
      call $again
      drop
      i64.const 9
    end
    global.get 1
    i64.const 496
    i64.add
    global.set 1
  )
  (func $one (;5;) (type 3) (result i64)
    global.get 0
    i64.const 5
    i64.sub
    global.set 0
    global.get 1
    i64.const 432
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
    block (result i64) ;; label = @1
      call $other
      drop
      i64.extend_i32_u
    end
    global.get 1
    i64.const 432
    i64.add
    global.set 1
  )
  (func (;6;) (type 4)
    global.get 0
    i64.const 9
    i64.sub
    global.set 0
    global.get 1
    i64.const 448
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
      call $one
      i32.wrap_i64
      i32.const 0
      call $answer
    end
    global.get 1
    i64.const 448
    i64.add
    global.set 1
  )
)
