;; A host call pays its base and its bytes before its work, and the bytes that were read once they are known:
;; who cannot pay gets nothing of them.
;;> write
;;> read_all
;;> read_none
;;> read_all fuel=800
;;> write fuel=1000
;;> hash_64
;;> hash_640
;;> hash_640 fuel=1000
(module
  (import "foil" "state_get" (func $get (param i32 i32 i32 i32) (result i64)))
  (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
  (import "foil" "hash_sha256" (func $sha256 (param i32 i32 i32)))
  (import "foil" "answer" (func $answer (param i32 i32)))
  (memory (export "memory") 1 1)
  (func $done (call $answer (i32.const 1000) (i32.const 4)))
  (func (export "call:write")
    (call $put (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 200))
    (call $done))
  (func (export "call:read_all") (drop (call $get (i32.const 0) (i32.const 3) (i32.const 1000) (i32.const 200))) (call $done))
  (func (export "call:read_none") (drop (call $get (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 0))) (call $done))
  (func (export "call:hash_64") (call $sha256 (i32.const 0) (i32.const 64) (i32.const 1000)) (call $done))
  (func (export "call:hash_640") (call $sha256 (i32.const 0) (i32.const 640) (i32.const 1000)) (call $done)))
