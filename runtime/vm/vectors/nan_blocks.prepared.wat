(module
  (type (;0;) (func (param f64) (result f64)))
  (type (;1;) (func (param f64 i32) (result f64)))
  (type (;2;) (func (param f64 f64) (result f64)))
  (type (;3;) (func (param f64 i32) (result i32)))
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "block" (func 0))
  (export "block_hands_on" (func 1))
  (export "if" (func 2))
  (export "loop" (func 3))
  (export "loop_of_two" (func 4))
  (export "below" (func 5))
  (export "dead" (func 6))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (func (;0;) (type 0) (param f64) (result f64)
    (local f64)
    global.get 0
    i64.const 17
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    local.get 0
    f64.add
    block (type 0) (param f64) (result f64) ;; label = @1
      f64.sqrt
      local.tee 1
      f64.const nan (;=NaN;)
      local.get 1
      local.get 1
      f64.ge
      select
    end
    f64.sqrt
    local.tee 1
    f64.const nan (;=NaN;)
    local.get 1
    local.get 1
    f64.ge
    select
  )
  (func (;1;) (type 0) (param f64) (result f64)
    (local f64)
    global.get 0
    i64.const 9
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    local.get 0
    f64.add
    local.tee 1
    f64.const nan (;=NaN;)
    local.get 1
    local.get 1
    f64.ge
    select
    block (type 0) (param f64) (result f64) ;; label = @1
    end
    f64.sqrt
    local.tee 1
    f64.const nan (;=NaN;)
    local.get 1
    local.get 1
    f64.ge
    select
  )
  (func (;2;) (type 1) (param f64 i32) (result f64)
    (local f64)
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
    local.get 0
    local.get 0
    f64.add
    local.tee 2
    f64.const nan (;=NaN;)
    local.get 2
    local.get 2
    f64.ge
    select
    local.get 1
    block ;; label = @1
    end
    if (type 0) (param f64) (result f64) ;; label = @1
      f64.floor
      local.tee 2
      f64.const nan (;=NaN;)
      local.get 2
      local.get 2
      f64.ge
      select
    else
      drop
      f64.const 0x1p+1 (;=2;)
    end
  )
  (func (;3;) (type 1) (param f64 i32) (result f64)
    (local f64)
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
    local.get 0
    f64.add
    local.tee 2
    f64.const nan (;=NaN;)
    local.get 2
    local.get 2
    f64.ge
    select
    block ;; label = @1
    end
    loop (type 0) (param f64) (result f64) ;; label = @1
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
      f64.const 0x1p+1 (;=2;)
      f64.mul
      local.tee 2
      f64.const nan (;=NaN;)
      local.get 2
      local.get 2
      f64.ge
      select
      local.get 1
      i32.const 1
      i32.sub
      local.tee 1
      br_if 0 (;@1;)
    end
  )
  (func (;4;) (type 1) (param f64 i32) (result f64)
    (local f64 f64)
    local.get 0
    local.get 0
    block ;; label = @1
    end
    loop (type 2) (param f64 f64) (result f64) ;; label = @1
      global.get 0
      i64.const 12
      i64.sub
      global.set 0
      global.get 0
      i64.const 0
      i64.lt_s
      if ;; label = @2
        unreachable
      end
      local.set 2
      f64.sqrt
      local.tee 3
      f64.const nan (;=NaN;)
      local.get 3
      local.get 3
      f64.ge
      select
      local.get 2
      f64.floor
      local.tee 3
      f64.const nan (;=NaN;)
      local.get 3
      local.get 3
      f64.ge
      select
      local.get 1
      i32.const 1
      i32.sub
      local.tee 1
      br_if 0 (;@1;)
      f64.lt
      drop
      f64.const 0x1p+0 (;=1;)
    end
  )
  (func (;5;) (type 3) (param f64 i32) (result i32)
    (local f64)
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
    local.get 0
    local.get 0
    f64.mul
    local.tee 2
    f64.const nan (;=NaN;)
    local.get 2
    local.get 2
    f64.ge
    select
    block (result f64) ;; label = @1
      f64.const 0x1p+0 (;=1;)
      br 0 (;@1;)
    end
    f64.lt
  )
  (func (;6;) (type 0) (param f64) (result f64)
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
    return
  )
)
