(module
  (type (;0;) (func (param f64 i32) (result f64)))
  (type (;1;) (func (param f32 i32) (result f32)))
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "dirty_dirty" (func 0))
  (export "dirty_neutral" (func 1))
  (export "dirty_nan" (func 2))
  (export "dirty_clean" (func 3))
  (export "neutral_clean" (func 4))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (func (;0;) (type 0) (param f64 i32) (result f64)
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
    local.get 0
    local.get 0
    f64.sub
    local.get 1
    select
    local.tee 2
    f64.const nan (;=NaN;)
    local.get 2
    local.get 2
    f64.ge
    select
  )
  (func (;1;) (type 0) (param f64 i32) (result f64)
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
    f64.const 0x1p+0 (;=1;)
    local.get 0
    local.get 0
    f64.sub
    local.get 1
    select
    local.tee 2
    f64.const nan (;=NaN;)
    local.get 2
    local.get 2
    f64.ge
    select
    f64.neg
  )
  (func (;2;) (type 0) (param f64 i32) (result f64)
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
    f64.const nan:0x1 (;=NaN;)
    local.get 0
    local.get 0
    f64.sub
    local.tee 2
    f64.const nan (;=NaN;)
    local.get 2
    local.get 2
    f64.ge
    select
    local.get 1
    select
  )
  (func (;3;) (type 0) (param f64 i32) (result f64)
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
    f64.const 0x1p+0 (;=1;)
    local.get 0
    local.get 0
    local.get 0
    f64.sub
    local.tee 2
    f64.const nan (;=NaN;)
    local.get 2
    local.get 2
    f64.ge
    select
    local.get 1
    select
    f64.add
    local.tee 2
    f64.const nan (;=NaN;)
    local.get 2
    local.get 2
    f64.ge
    select
  )
  (func (;4;) (type 1) (param f32 i32) (result f32)
    (local i32 f32)
    global.get 0
    i64.const 5
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    f32.const 0x1p+0 (;=1;)
    f32.add
    local.get 1
    f32.convert_i32_s
    local.get 1
    i32.eqz
    local.tee 2
    select
    local.tee 3
    f32.const nan (;=NaN;)
    local.get 3
    local.get 3
    f32.ge
    select
    f32.neg
  )
)
