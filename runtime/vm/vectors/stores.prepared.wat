(module
  (type (;0;) (func (param i32 i64)))
  (type (;1;) (func (param f64)))
  (type (;2;) (func (param f32 f32)))
  (memory (;0;) 1)
  (memory (;1;) 1 1)
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "integers" (func 0))
  (export "floats" (func 1))
  (export "canonical" (func 2))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (export "\u{0}marks" (memory 1))
  (func (;0;) (type 0) (param i32 i64)
    (local i32 i32 i64)
    global.get 0
    i64.const 14
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    i32.const 0
    i32.const 1
    local.set 3
    local.tee 2
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 2
    local.get 3
    i32.store
    i32.const 1
    i32.const 2
    local.set 3
    local.tee 2
    i32.const 5000
    i32.add
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 2
    local.get 3
    i32.store8 offset=5000
    i32.const 2
    i32.const 3
    local.set 3
    local.tee 2
    i32.const 1
    i32.add
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 2
    local.get 3
    i32.store16 offset=1 align=1
    i32.const 8
    local.get 1
    local.set 4
    local.tee 2
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 2
    local.get 4
    i64.store
    i32.const 3
    i64.const 4
    local.set 4
    local.tee 2
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 2
    local.get 4
    i64.store8
    i32.const 4
    i64.const 5
    local.set 4
    local.tee 2
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 2
    local.get 4
    i64.store16
    i32.const 6
    i64.const 6
    local.set 4
    local.tee 2
    i32.const -1
    i32.add
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 2
    local.get 4
    i64.store32 offset=4294967295
  )
  (func (;1;) (type 1) (param f64)
    (local i32 f64 f32 i64 i32)
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
    i32.const 16
    local.get 0
    local.set 2
    local.tee 1
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 1
    local.get 2
    f64.store
    i32.const 24
    f32.const 0x1p+0 (;=1;)
    local.set 3
    local.tee 1
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 1
    local.get 3
    f32.store
    i32.const 32
    i64.const 1
    local.set 4
    local.tee 1
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 1
    local.get 4
    i64.store
    i32.const 0
    i32.const 1
    local.set 5
    local.tee 1
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 1
    local.get 5
    i32.store
  )
  (func (;2;) (type 2) (param f32 f32)
    (local f32 i32)
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
    local.get 1
    f32.add
    local.tee 2
    f32.const nan (;=NaN;)
    local.get 2
    local.get 2
    f32.ge
    select
    f32.neg
    drop
    i32.const 0
    local.get 0
    local.get 1
    f32.mul
    local.tee 2
    f32.const nan (;=NaN;)
    local.get 2
    local.get 2
    f32.ge
    select
    local.set 2
    local.tee 3
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 3
    local.get 2
    f32.store
  )
)
