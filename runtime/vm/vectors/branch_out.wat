;; What follows a block that a branch leaves for another is a region of its own; what follows one whose
;; branches go to its own end is not.
(module
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (func $out (param i32)
    (block
      (if (local.get 0) (then (br 1)))
      (drop (i32.div_u (i32.const 1) (i32.const 1))))
    (drop (i32.eqz (i32.const 1))))
  (func $within (param i32)
    (block
      (br_if 0 (local.get 0))
      (drop (i32.div_u (i32.const 1) (i32.const 1))))
    (drop (i32.eqz (i32.const 1))))
  (func $table (param i32)
    (block (block (block
      (br_table 0 1 2 (local.get 0)))
      (drop (i32.div_u (i32.const 1) (i32.const 1))))
      (drop (i32.div_u (i32.const 1) (i32.const 1))))
    (drop (i32.eqz (i32.const 1))))
  (func (export "query:run")
    (call $out (i32.const 0)) (call $out (i32.const 1))
    (call $within (i32.const 0)) (call $within (i32.const 1))
    (call $table (i32.const 0)) (call $table (i32.const 1)) (call $table (i32.const 9))
    (call $answer (i32.const 0) (i32.const 0))))
