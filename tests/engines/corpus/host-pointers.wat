(module
  (import "foil" "input" (func $input (param i32 i32) (result i32)))
  (import "foil" "fail" (func $fail (param i32 i32)))
  (import "foil" "log" (func $log (param i32 i32)))
  (memory (export "memory") 1 1)
  (func (export "call:edge") (drop (call $input (i32.const 65530) (i32.const 7))))
  (func (export "call:round") (call $log (i32.const -1) (i32.const 2)))
  (func (export "call:failed") (drop (call $input (i32.const 65496) (i32.const 40))) (call $fail (i32.const 65496) (i32.const 40))))
