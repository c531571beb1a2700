(module
  (type $unary (;0;) (func (param i32) (result i32)))
  (type (;1;) (func (param i32 i32)))
  (type (;2;) (func))
  (type (;3;) (func (param i32)))
  (import "foil" "answer" (func $answer (;0;) (type 1)))
  (table (;0;) 3 funcref)
  (memory (;0;) 1 1)
  (memory (;1;) 1 1)
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "memory" (memory 0))
  (export "query:run" (func 4))
  (export "query:null" (func 5))
  (export "query:outside" (func 6))
  (export "query:deep" (func 8))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (export "\u{0}marks" (memory 1))
  (elem (;0;) (i32.const 1) func $double $triple)
  (func $double (;1;) (type $unary) (param i32) (result i32)
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
    i32.const 1
    i32.shl
  )
  (func $triple (;2;) (type $unary) (param i32) (result i32)
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
    i32.const 3
    i32.mul
  )
  (func $through (;3;) (type $unary) (param i32) (result i32)
    global.get 0
    i64.const 8
    i64.sub
    global.set 0
    global.get 1
    i64.const 480
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
      i32.const 5
      local.get 0
      call_indirect (type $unary)
    end
    global.get 1
    i64.const 480
    i64.add
    global.set 1
  )
  (func (;4;) (type 2)
    (local i32 i32)
    global.get 0
    i64.const 16
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
    block ;; label = @1
      i32.const 0
      i32.const 1
      call $through
      local.set 1
      local.tee 0
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 0
      local.get 1
      i32.store
      i32.const 4
      i32.const 2
      call $through
      local.set 1
      local.tee 0
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 0
      local.get 1
      i32.store
      i32.const 0
      i32.const 8
      call $answer
    end
    global.get 1
    i64.const 592
    i64.add
    global.set 1
  )
  (func (;5;) (type 2)
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
      i32.const 0
      call $through
      drop
    end
    global.get 1
    i64.const 400
    i64.add
    global.set 1
  )
  (func (;6;) (type 2)
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
      i32.const 3
      call $through
      drop
    end
    global.get 1
    i64.const 400
    i64.add
    global.set 1
  )
  (func $down (;7;) (type 3) (param i32)
    global.get 0
    i64.const 4
    i64.sub
    global.set 0
    global.get 1
    i64.const 384
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
      local.get 0
      call $down
    end
    global.get 1
    i64.const 384
    i64.add
    global.set 1
  )
  (func (;8;) (type 2)
    global.get 0
    i64.const 4
    i64.sub
    global.set 0
    global.get 1
    i64.const 336
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
      call $down
    end
    global.get 1
    i64.const 336
    i64.add
    global.set 1
  )
)
