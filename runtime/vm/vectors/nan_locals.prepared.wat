(module
  (type (;0;) (func (param f64) (result f64)))
  (type (;1;) (func (param f64 i32) (result f64)))
  (memory (;0;) 1)
  (memory (;1;) 1 1)
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "dirty_only" (func 0))
  (export "neutral" (func 1))
  (export "both" (func 2))
  (export "parameter" (func 3))
  (export "teed" (func 4))
  (export "chain_6" (func 5))
  (export "chain_7" (func 6))
  (export "chain_8" (func 7))
  (export "chain_9" (func 8))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (export "\u{0}marks" (memory 1))
  (func (;0;) (type 0) (param f64) (result f64)
    (local f64 f64)
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
    local.get 0
    f64.mul
    local.set 1
    local.get 1
    f64.const 0x1p+0 (;=1;)
    f64.add
    local.set 1
    local.get 1
    local.tee 2
    f64.const nan (;=NaN;)
    local.get 2
    local.get 2
    f64.ge
    select
  )
  (func (;1;) (type 0) (param f64) (result f64)
    (local f64)
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
    local.get 1
    f64.const 0x1p+0 (;=1;)
    f64.add
    f64.const 0x1p+1 (;=2;)
    local.set 1
    drop
    local.get 1
    f64.neg
  )
  (func (;2;) (type 1) (param f64 i32) (result f64)
    (local f64 f64)
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
    local.tee 3
    f64.const nan (;=NaN;)
    local.get 3
    local.get 3
    f64.ge
    select
    local.set 2
    local.get 1
    if ;; label = @1
      i32.const 0
      f64.load
      local.set 2
    end
    local.get 2
  )
  (func (;3;) (type 0) (param f64) (result f64)
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
    f64.mul
    local.tee 1
    f64.const nan (;=NaN;)
    local.get 1
    local.get 1
    f64.ge
    select
    local.tee 0
    f64.sqrt
    local.tee 1
    f64.const nan (;=NaN;)
    local.get 1
    local.get 1
    f64.ge
    select
  )
  (func (;4;) (type 0) (param f64) (result f64)
    (local f64 f64)
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
    local.get 0
    f64.mul
    local.tee 2
    f64.const nan (;=NaN;)
    local.get 2
    local.get 2
    f64.ge
    select
    local.tee 1
    f64.neg
  )
  (func (;5;) (type 1) (param f64 i32) (result f64)
    (local f64 f64 f64 f64 f64 f64 f64 f64)
    global.get 0
    i64.const 8
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
      local.get 3
      local.set 2
      local.get 4
      local.set 3
      local.get 5
      local.set 4
      local.get 6
      local.set 5
      local.get 7
      local.set 6
      local.get 8
      local.set 7
      local.get 0
      f64.const 0x1p+0 (;=1;)
      f64.add
      local.set 8
      local.get 1
      i32.const 1
      i32.sub
      local.tee 1
      br_if 0 (;@1;)
    end
    local.get 2
    f64.sqrt
    local.tee 9
    f64.const nan (;=NaN;)
    local.get 9
    local.get 9
    f64.ge
    select
  )
  (func (;6;) (type 1) (param f64 i32) (result f64)
    (local f64 f64 f64 f64 f64 f64 f64 f64 f64)
    global.get 0
    i64.const 8
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
      local.get 3
      local.set 2
      local.get 4
      local.set 3
      local.get 5
      local.set 4
      local.get 6
      local.set 5
      local.get 7
      local.set 6
      local.get 8
      local.set 7
      local.get 9
      local.set 8
      local.get 0
      f64.const 0x1p+0 (;=1;)
      f64.add
      local.set 9
      local.get 1
      i32.const 1
      i32.sub
      local.tee 1
      br_if 0 (;@1;)
    end
    local.get 2
    f64.sqrt
    local.tee 10
    f64.const nan (;=NaN;)
    local.get 10
    local.get 10
    f64.ge
    select
  )
  (func (;7;) (type 1) (param f64 i32) (result f64)
    (local f64 f64 f64 f64 f64 f64 f64 f64 f64 f64)
    global.get 0
    i64.const 8
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
      local.get 3
      local.set 2
      local.get 4
      local.set 3
      local.get 5
      local.set 4
      local.get 6
      local.set 5
      local.get 7
      local.set 6
      local.get 8
      local.set 7
      local.get 9
      local.set 8
      local.get 10
      local.set 9
      local.get 0
      f64.const 0x1p+0 (;=1;)
      f64.add
      local.tee 11
      f64.const nan (;=NaN;)
      local.get 11
      local.get 11
      f64.ge
      select
      local.set 10
      local.get 1
      i32.const 1
      i32.sub
      local.tee 1
      br_if 0 (;@1;)
    end
    local.get 2
    f64.sqrt
    local.tee 11
    f64.const nan (;=NaN;)
    local.get 11
    local.get 11
    f64.ge
    select
  )
  (func (;8;) (type 1) (param f64 i32) (result f64)
    (local f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64)
    global.get 0
    i64.const 8
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
      local.get 3
      local.set 2
      local.get 4
      local.set 3
      local.get 5
      local.set 4
      local.get 6
      local.set 5
      local.get 7
      local.set 6
      local.get 8
      local.set 7
      local.get 9
      local.set 8
      local.get 10
      local.set 9
      local.get 11
      local.set 10
      local.get 0
      f64.const 0x1p+0 (;=1;)
      f64.add
      local.tee 12
      f64.const nan (;=NaN;)
      local.get 12
      local.get 12
      f64.ge
      select
      local.set 11
      local.get 1
      i32.const 1
      i32.sub
      local.tee 1
      br_if 0 (;@1;)
    end
    local.get 2
    f64.sqrt
    local.tee 12
    f64.const nan (;=NaN;)
    local.get 12
    local.get 12
    f64.ge
    select
  )
)
