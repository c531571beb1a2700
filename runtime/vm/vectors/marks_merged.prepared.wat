(module
  (type (;0;) (func (param i32 i32)))
  (type (;1;) (func (param i32 i32 i32)))
  (type (;2;) (func))
  (import "foil" "answer" (func $answer (;0;) (type 0)))
  (memory (;0;) 1 1)
  (memory (;1;) 1 1)
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "memory" (memory 0))
  (export "query:run" (func 3))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (export "\u{0}marks" (memory 1))
  (func $fill (;1;) (type 0) (param i32 i32)
    (local i32 i32 i32)
    global.get 0
    i64.const 37
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
    local.set 4
    local.tee 3
    i32.const 8
    i32.add
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 3
    local.get 4
    i32.store offset=8
    local.get 0
    i32.const 2
    i32.store offset=8
    local.get 0
    i64.const 3
    i64.store offset=512
    local.get 0
    i32.const 4
    local.set 4
    local.tee 3
    i32.const 7
    i32.add
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 3
    local.get 4
    i32.store offset=7
    local.get 0
    i32.const 5
    local.set 4
    local.tee 3
    i32.const 513
    i32.add
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 3
    local.get 4
    i32.store offset=513
    local.get 1
    i32.const 6
    local.set 4
    local.tee 3
    i32.const 8
    i32.add
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 3
    local.get 4
    i32.store offset=8
    i32.const 16
    local.get 0
    i32.add
    local.set 2
    local.get 2
    i32.const 7
    i32.store
    local.get 1
    if ;; label = @1
      local.get 0
      i32.const 8
      i32.store offset=40
      i32.const 64
      local.set 0
    end
    local.get 0
    i32.const 9
    local.set 4
    local.tee 3
    i32.const 8
    i32.add
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 3
    local.get 4
    i32.store offset=8
    i32.const 128
    local.tee 0
    i32.const 10
    local.set 4
    local.tee 3
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 3
    local.get 4
    i32.store
    local.get 0
    i32.const 11
    i32.store offset=4
    block ;; label = @1
      local.get 0
      i32.const 12
      i32.store offset=504
      local.get 0
      i32.const 12
      local.set 4
      local.tee 3
      i32.const 505
      i32.add
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 3
      local.get 4
      i32.store offset=505
    end
    local.get 0
    i32.const 12
    local.set 4
    local.tee 3
    i32.const 506
    i32.add
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 3
    local.get 4
    i32.store offset=506
    loop ;; label = @1
      global.get 0
      i64.const 9
      i64.sub
      global.set 0
      global.get 0
      i64.const 0
      i64.lt_s
      if ;; label = @2
        unreachable
      end
      local.get 0
      i32.const 13
      local.set 4
      local.tee 3
      i32.const 12
      i32.shr_u
      i32.const 1
      i32.store8 1
      local.get 3
      local.get 4
      i32.store
      local.get 0
      i32.const 13
      i32.store offset=4
      local.get 0
      i32.const 4
      i32.add
      local.set 0
      local.get 0
      i32.const 14
      i32.store
      local.get 0
      i32.const 256
      i32.lt_u
      br_if 0 (;@1;)
    end
    local.get 1
    i32.const 513
    i32.add
    i32.const 15
    local.set 4
    local.tee 3
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 3
    local.get 4
    i32.store
    local.get 1
    i32.const -4
    i32.add
    i32.const 16
    local.set 4
    local.tee 3
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 3
    local.get 4
    i32.store
  )
  (func $edges (;2;) (type 1) (param i32 i32 i32)
    (local i32 i32 i32)
    global.get 0
    i64.const 26
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
    local.set 5
    local.tee 4
    i32.const 8
    i32.add
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 4
    local.get 5
    i32.store offset=8
    local.get 0
    i32.const 512
    i32.add
    i32.const 2
    i32.store
    local.get 1
    i32.const 3
    local.set 5
    local.tee 4
    i32.const 100
    i32.add
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 4
    local.get 5
    i32.store offset=100
    local.get 1
    i32.const 513
    i32.add
    i32.const 4
    local.set 5
    local.tee 4
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 4
    local.get 5
    i32.store
    local.get 2
    i32.const -4
    i32.add
    i32.const 5
    local.set 5
    local.tee 4
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 4
    local.get 5
    i32.store
    local.get 2
    i32.const -4
    i32.add
    i32.const 6
    local.set 5
    local.tee 4
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 4
    local.get 5
    i32.store
    local.get 2
    if ;; label = @1
      local.get 0
      i32.const 16
      i32.add
      local.set 3
    end
    local.get 3
    i32.const 7
    local.set 5
    local.tee 4
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 4
    local.get 5
    i32.store
    local.get 0
    i32.const 16
    i32.add
    local.set 3
    block ;; label = @1
    end
    local.get 3
    i32.const 8
    local.set 5
    local.tee 4
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 4
    local.get 5
    i32.store
    local.get 0
    block ;; label = @1
    end
    i32.const 9
    local.set 5
    local.tee 4
    i32.const 8
    i32.add
    i32.const 12
    i32.shr_u
    i32.const 1
    i32.store8 1
    local.get 4
    local.get 5
    i32.store offset=8
  )
  (func (;3;) (type 2)
    global.get 0
    i64.const 12
    i64.sub
    global.set 0
    global.get 1
    i64.const 576
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
      i32.const 3000
      i32.const 5000
      i32.const 7000
      call $edges
      i32.const 1000
      i32.const 2000
      call $fill
      i32.const 1000
      i32.const 4
      call $answer
    end
    global.get 1
    i64.const 576
    i64.add
    global.set 1
  )
)
