(module
  (type (;0;) (func (param i32 i32)))
  (type (;1;) (func (result i32)))
  (type (;2;) (func (param i64 i64 i64)))
  (type (;3;) (func (param i32 i32 i32 i32) (result i64)))
  (type (;4;) (func (param i32) (result i32)))
  (type (;5;) (func (param i32) (result i32 i32)))
  (type (;6;) (func))
  (type (;7;) (func (result i32 i64 f64)))
  (type (;8;) (func (result i32 i64 f64)))
  (import "foil" "answer" (func $answer (;0;) (type 0)))
  (memory (;0;) 1 1)
  (memory (;1;) 1 1)
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "memory" (memory 0))
  (export "query:run" (func 11))
  (export "query:deep" (func 12))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (export "\u{0}marks" (memory 1))
  (func $large_leaf (;1;) (type 1) (result i32)
    (local f64 f64 i32)
    global.get 0
    i64.const 128
    i64.sub
    global.set 0
    global.get 1
    i64.const 6144
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
      local.get 2
      i32.const 1
      i32.add
      local.set 2
      local.get 2
      i32.const 1
      i32.add
      local.set 2
      local.get 2
      i32.const 1
      i32.add
      local.set 2
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.const 1
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
    end
    global.get 1
    i64.const 6144
    i64.add
    global.set 1
  )
  (func $very_large (;2;) (type 2) (param i64 i64 i64)
    (local i64 i64 i32 i64)
    global.get 0
    i64.const 165
    i64.sub
    global.set 0
    global.get 1
    i64.const 5632
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
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
      i32.const 8
      i64.const 1
      local.set 6
      local.tee 5
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 5
      local.get 6
      i64.store
    end
    global.get 1
    i64.const 5632
    i64.add
    global.set 1
  )
  (func $dead_callee (;3;) (type 3) (param i32 i32 i32 i32) (result i64)
    global.get 0
    i64.const 1
    i64.sub
    global.set 0
    global.get 1
    i64.const 944
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
      i64.const 1
      br 0 (;@1;)
    end
    global.get 1
    i64.const 944
    i64.add
    global.set 1
  )
  (func $dead_operands (;4;) (type 1) (result i32)
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
    unreachable
  )
  (func $blocks (;5;) (type 4) (param i32) (result i32)
    global.get 0
    i64.const 5
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
    block (result i32) ;; label = @1
      block (result i32) ;; label = @2
        local.get 0
        if (result i32) ;; label = @3
          i32.const 1
        else
          i32.const 2
        end
      end
      block (type 5) (param i32) (result i32 i32) ;; label = @2
        i32.const 3
      end
      drop
      call $blocks
    end
    global.get 1
    i64.const 592
    i64.add
    global.set 1
  )
  (func $leaf_of_4096 (;6;) (type 6)
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
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
    i32.const 1
    drop
  )
  (func $leaf_of_4112 (;7;) (type 6)
    global.get 0
    i64.const 4
    i64.sub
    global.set 0
    global.get 1
    i64.const 4112
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
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
      i32.const 1
      drop
    end
    global.get 1
    i64.const 4112
    i64.add
    global.set 1
  )
  (func $one_import_twice (;8;) (type 6)
    global.get 0
    i64.const 12
    i64.sub
    global.set 0
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
    block ;; label = @1
      call $imports_only
      i32.const 0
      i32.const 0
      call $answer
      i32.const 0
      i32.const 0
      call $answer
    end
    global.get 1
    i64.const 464
    i64.add
    global.set 1
  )
  (func $results_at_the_end (;9;) (type 7) (result i32 i64 f64)
    global.get 0
    i64.const 5
    i64.sub
    global.set 0
    global.get 1
    i64.const 304
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
    block (type 8) (result i32 i64 f64) ;; label = @1
      call $imports_only
      unreachable
    end
    global.get 1
    i64.const 304
    i64.add
    global.set 1
  )
  (func $imports_only (;10;) (type 6)
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
    i32.const 0
    i32.const 0
    call $answer
    i32.const 0
    i32.const 0
    call $answer
  )
  (func (;11;) (type 6)
    global.get 0
    i64.const 16
    i64.sub
    global.set 0
    global.get 1
    i64.const 704
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
      call $large_leaf
      drop
      i64.const 1
      i64.const 2
      i64.const 3
      call $very_large
      i32.const 1
      i32.const 2
      i32.const 3
      i32.const 4
      call $dead_callee
      drop
      call $imports_only
    end
    global.get 1
    i64.const 704
    i64.add
    global.set 1
  )
  (func (;12;) (type 6)
    global.get 0
    i64.const 4
    i64.sub
    global.set 0
    global.get 1
    i64.const 400
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
      i32.const 1
      call $blocks
      drop
    end
    global.get 1
    i64.const 400
    i64.add
    global.set 1
  )
)
