;; A call writes at most 100,000 keys: one more is a trap; writing one of them again is not.
;;> one_too_many fuel=1000000000
;;> all fuel=1000000000
(module
  (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
  (import "foil" "state_delete" (func $delete (param i32 i32)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (func $write (param $count i32)
    (loop
      (i32.store (i32.const 0) (local.get $count))
      (call $delete (i32.const 0) (i32.const 3))
      (br_if 0 (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
  (func (export "call:one_too_many") (call $write (i32.const 100001)))
  (func (export "call:all")
    (call $write (i32.const 100000))
    (call $delete (i32.const 0) (i32.const 3))
    (call $answer (i32.const 0) (i32.const 0))))
