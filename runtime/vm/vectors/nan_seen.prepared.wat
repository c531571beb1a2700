(module
  (type (;0;) (func (param i32 i32)))
  (type (;1;) (func (param f64) (result f64)))
  (type (;2;) (func (param f64)))
  (type (;3;) (func (param f32) (result i32)))
  (type (;4;) (func (param f64) (result f32)))
  (type (;5;) (func (param f32)))
  (type (;6;) (func (param f64 i32) (result f64)))
  (type (;7;) (func (param f64) (result i32)))
  (type (;8;) (func))
  (import "foil" "answer" (func $answer (;0;) (type 0)))
  (memory (;0;) 1 1)
  (memory (;1;) 1 1)
  (global $global (;0;) (mut f64) f64.const 0x0p+0 (;=0;))
  (global (;1;) (mut i64) i64.const 0)
  (global (;2;) (mut i64) i64.const 4194304)
  (export "memory" (memory 0))
  (export "query:run" (func 15))
  (export "\u{0}fuel" (global 1))
  (export "\u{0}depth" (global 2))
  (export "\u{0}marks" (memory 1))
  (export "\u{0}global 0" (global $global))
  (func $take (;1;) (type 1) (param f64) (result f64)
    local.get 0
  )
  (func $store (;2;) (type 2) (param f64)
    (local f64 i32)
    global.get 1
    i64.const 3
    i64.sub
    global.set 1
    global.get 1
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    i32.const 0
    local.get 0
    local.get 0
    f64.add
    local.tee 1
    f64.const nan (;=NaN;)
    local.get 1
    local.get 1
    f64.ge
    select
    local.set 1
    local.tee 2
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 2
    local.get 1
    f64.store
  )
  (func $reinterpret (;3;) (type 3) (param f32) (result i32)
    (local f32)
    global.get 1
    i64.const 9
    i64.sub
    global.set 1
    global.get 1
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    f32.sqrt
    local.tee 1
    f32.const nan (;=NaN;)
    local.get 1
    local.get 1
    f32.ge
    select
    i32.reinterpret_f32
  )
  (func $copysign (;4;) (type 1) (param f64) (result f64)
    (local f64)
    global.get 1
    i64.const 4
    i64.sub
    global.set 1
    global.get 1
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    f64.ceil
    local.tee 1
    f64.const nan (;=NaN;)
    local.get 1
    local.get 1
    f64.ge
    select
    local.get 0
    f64.floor
    local.tee 1
    f64.const nan (;=NaN;)
    local.get 1
    local.get 1
    f64.ge
    select
    f64.copysign
  )
  (func $negate (;5;) (type 1) (param f64) (result f64)
    (local f64)
    global.get 1
    i64.const 2
    i64.sub
    global.set 1
    global.get 1
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    f64.trunc
    local.tee 1
    f64.const nan (;=NaN;)
    local.get 1
    local.get 1
    f64.ge
    select
    f64.neg
  )
  (func $absolute (;6;) (type 1) (param f64) (result f64)
    (local f64)
    global.get 1
    i64.const 2
    i64.sub
    global.set 1
    global.get 1
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    f64.nearest
    f64.abs
    local.tee 1
    f64.const nan (;=NaN;)
    local.get 1
    local.get 1
    f64.ge
    select
  )
  (func $absolute_clean (;7;) (type 1) (param f64) (result f64)
    global.get 1
    i64.const 1
    i64.sub
    global.set 1
    global.get 1
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    f64.abs
  )
  (func $call (;8;) (type 1) (param f64) (result f64)
    (local f64)
    global.get 1
    i64.const 6
    i64.sub
    global.set 1
    global.get 2
    i64.const 496
    i64.sub
    global.set 2
    global.get 2
    global.get 1
    i64.or
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    block (result f64) ;; label = @1
      local.get 0
      f64.const 0x1p+0 (;=1;)
      f64.min
      local.tee 1
      f64.const nan (;=NaN;)
      local.get 1
      local.get 1
      f64.ge
      select
      call $take
    end
    global.get 2
    i64.const 496
    i64.add
    global.set 2
  )
  (func $return (;9;) (type 1) (param f64) (result f64)
    (local f64)
    global.get 1
    i64.const 3
    i64.sub
    global.set 1
    global.get 1
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    f64.const 0x1p+0 (;=1;)
    f64.max
    local.tee 1
    f64.const nan (;=NaN;)
    local.get 1
    local.get 1
    f64.ge
    select
    return
  )
  (func $end (;10;) (type 4) (param f64) (result f32)
    (local f32)
    global.get 1
    i64.const 1
    i64.sub
    global.set 1
    global.get 1
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    f32.demote_f64
    local.tee 1
    f32.const nan (;=NaN;)
    local.get 1
    local.get 1
    f32.ge
    select
  )
  (func $global (;11;) (type 5) (param f32)
    (local f64)
    global.get 1
    i64.const 2
    i64.sub
    global.set 1
    global.get 1
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    f64.promote_f32
    local.tee 1
    f64.const nan (;=NaN;)
    local.get 1
    local.get 1
    f64.ge
    select
    global.set $global
  )
  (func $branch (;12;) (type 1) (param f64) (result f64)
    (local f64)
    global.get 1
    i64.const 2
    i64.sub
    global.set 1
    global.get 1
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    block (result f64) ;; label = @1
      local.get 0
      local.get 0
      f64.mul
      local.tee 1
      f64.const nan (;=NaN;)
      local.get 1
      local.get 1
      f64.ge
      select
      br 0 (;@1;)
    end
  )
  (func $branch_if (;13;) (type 6) (param f64 i32) (result f64)
    (local f64)
    global.get 1
    i64.const 2
    i64.sub
    global.set 1
    global.get 1
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    block (result f64) ;; label = @1
      local.get 0
      local.get 0
      f64.mul
      local.tee 2
      f64.const nan (;=NaN;)
      local.get 2
      local.get 2
      f64.ge
      select
      local.get 1
      br_if 0 (;@1;)
      drop
      f64.const 0x1p+0 (;=1;)
    end
  )
  (func $unseen (;14;) (type 7) (param f64) (result i32)
    global.get 1
    i64.const 15
    i64.sub
    global.set 1
    global.get 1
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 0
    local.get 0
    f64.add
    drop
    local.get 0
    local.get 0
    f64.sub
    i32.trunc_sat_f64_s
    drop
    local.get 0
    f64.const 0x0p+0 (;=0;)
    f64.div
    local.get 0
    f64.const 0x1p+0 (;=1;)
    f64.add
    f64.const 0x1p+1 (;=2;)
    f64.sub
    f64.lt
  )
  (func (;15;) (type 8)
    (local i32 i32 f64)
    global.get 1
    i64.const 20
    i64.sub
    global.set 1
    global.get 2
    i64.const 608
    i64.sub
    global.set 2
    global.get 2
    global.get 1
    i64.or
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    block ;; label = @1
      f64.const -nan:0xc000000000001 (;=NaN;)
      call $store
      i32.const 8
      f32.const -0x1p+0 (;=-1;)
      call $reinterpret
      local.set 1
      local.tee 0
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 0
      local.get 1
      i32.store
      i32.const 16
      f64.const -nan (;=NaN;)
      call $absolute
      local.set 2
      local.tee 0
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 0
      local.get 2
      f64.store
      i32.const 0
      i32.const 24
      call $answer
    end
    global.get 2
    i64.const 608
    i64.add
    global.set 2
  )
)
