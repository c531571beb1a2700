;; A cursor walks the keys of a range in byte order, or against it: from inclusive, to exclusive, an empty end
;; is the end of all. Each entry is the key's length, the key, the value.
;;> fill
;;> forward
;;> reverse
;;> range
;;> range_reverse
;;> empty_range
(module
  (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
  (import "foil" "scan_open" (func $open (param i32 i32 i32 i32 i32) (result i32)))
  (import "foil" "scan_next" (func $next (param i32 i32 i32) (result i64)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "abcd\ff")
  (func (export "call:fill")
    (call $put (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 1))
    (call $put (i32.const 0) (i32.const 2) (i32.const 0) (i32.const 2))
    (call $put (i32.const 1) (i32.const 1) (i32.const 0) (i32.const 0))
    (call $put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 3))
    (call $put (i32.const 4) (i32.const 1) (i32.const 0) (i32.const 4))
    (call $answer (i32.const 0) (i32.const 0)))
  ;; All that a cursor shows, and the -1 at its end twice.
  (func $walk (param $cursor i32) (local $at i32) (local $len i64)
    (local.set $at (i32.const 1000))
    (block
      (loop
        (local.set $len (call $next (local.get $cursor) (local.get $at) (i32.const 100)))
        (br_if 1 (i64.lt_s (local.get $len) (i64.const 0)))
        (local.set $at (i32.add (local.get $at) (i32.wrap_i64 (local.get $len))))
        (br 0)))
    (i64.store (local.get $at) (local.get $len))
    (i64.store offset=8 (local.get $at) (call $next (local.get $cursor) (i32.const 0) (i32.const 0)))
    (call $answer (i32.const 1000) (i32.sub (i32.add (local.get $at) (i32.const 16)) (i32.const 1000))))
  (func (export "call:forward")
    (call $walk (call $open (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))))
  (func (export "call:reverse")
    (call $walk (call $open (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1))))
  ;; From "ab" to "d".
  (func (export "call:range")
    (call $walk (call $open (i32.const 0) (i32.const 2) (i32.const 3) (i32.const 1) (i32.const 0))))
  (func (export "query:range_reverse")
    (call $walk (call $open (i32.const 0) (i32.const 2) (i32.const 3) (i32.const 1) (i32.const 1))))
  (func (export "call:empty_range")
    (call $walk (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 0)))))
