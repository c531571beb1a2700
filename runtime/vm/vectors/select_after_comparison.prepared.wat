(module
  (type (;0;) (func (param i32) (result i64)))
  (type (;1;) (func (param i32 i32) (result i64)))
  (type (;2;) (func (param i32 i64) (result i64)))
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "eqz" (func 0))
  (export "eq" (func 1))
  (export "ne" (func 2))
  (export "others" (func 3))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32)
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
    i64.const 1
    i64.const 2
    local.get 0
    i32.eqz
    local.tee 1
    select
  )
  (func (;1;) (type 1) (param i32 i32) (result i64)
    (local i32)
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
    i64.const 1
    i64.const 2
    local.get 0
    local.get 1
    i32.eq
    local.tee 2
    select
  )
  (func (;2;) (type 1) (param i32 i32) (result i64)
    (local i32)
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
    i64.const 1
    i64.const 2
    local.get 0
    local.get 1
    i32.ne
    local.tee 2
    select
  )
  (func (;3;) (type 2) (param i32 i64) (result i64)
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
    i64.const 1
    i64.const 2
    local.get 0
    i32.const 3
    i32.lt_s
    select
    i64.const 3
    local.get 1
    i64.eqz
    select
    nop
    i64.const 4
    local.get 0
    select
  )
)
