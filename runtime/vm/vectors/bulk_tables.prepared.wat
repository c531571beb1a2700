(module
  (type (;0;) (func (param i32 i32 i32)))
  (type (;1;) (func))
  (table (;0;) 10 funcref)
  (memory (;0;) 1)
  (memory (;1;) 1 1)
  (global (;0;) (mut i64) i64.const 0)
  (global (;1;) (mut i64) i64.const 4194304)
  (export "table" (table 0))
  (export "copy" (func 0))
  (export "drop" (func 1))
  (export "\u{0}fuel" (global 0))
  (export "\u{0}depth" (global 1))
  (export "\u{0}marks" (memory 1))
  (elem $functions (;0;) func 0 0 0)
  (func (;0;) (type 0) (param i32 i32 i32)
    (local i32)
    global.get 0
    i64.const 40
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
    i32.const 2
    local.set 3
    global.get 0
    local.get 3
    i64.extend_i32_u
    i64.const 1
    i64.mul
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 3
    table.init $functions
    local.get 0
    local.get 1
    local.get 2
    local.set 3
    global.get 0
    local.get 3
    i64.extend_i32_u
    i64.const 1
    i64.mul
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    local.get 3
    table.copy
  )
  (func (;1;) (type 1)
    global.get 0
    i64.const 40
    i64.sub
    global.set 0
    global.get 0
    i64.const 0
    i64.lt_s
    if ;; label = @1
      unreachable
    end
    elem.drop $functions
    data.drop $bytes
  )
  (data $bytes (;0;) "abc")
)
