;; A loop pays at each turn, and who runs out has used exactly what there was: in an empty loop, in recursion of
;; two functions, and in a loop around a br_table.
;;> empty fuel=0
;;> empty fuel=1
;;> empty fuel=999
;;> empty fuel=1000000
;;> ping fuel=10000
;;> table fuel=54321
;;> thousand
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (func (export "call:empty") (loop (br 0)))
  (func $ping (export "call:ping") (loop (call $pong) (br 0)))
  (func $pong (local i32) (local.set 0 (i32.const 1)))
  (func (export "call:table") (local $at i32)
    (loop $again
      (block $a (block $b (block $c
        (br_table $a $b $c (i32.and (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 3))))
        (br $again))
        (drop (i32.div_u (local.get $at) (i32.const 3)))
        (br $again))
      (br $again)))
  (func (export "call:thousand") (local $at i32)
    (loop
      (br_if 0 (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 1000))))
    (i32.store (i32.const 0) (local.get $at))
    (call $answer (i32.const 0) (i32.const 4))))
