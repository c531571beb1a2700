;; Lengths and places at the end of memory, beyond it, and beyond what marks cover.
(module
  (memory (export "memory") 2 3)
  (data $d "abcdefgh")
  (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "init") (param i32 i32 i32) (memory.init $d (local.get 0) (local.get 1) (local.get 2)))
  (func (export "fill all") (memory.fill (i32.const 0) (i32.const 7) (i32.const 131072)))
  (func (export "fill end") (memory.fill (i32.const 131072) (i32.const 7) (i32.const 0)))
  (func (export "fill beyond") (memory.fill (i32.const 131073) (i32.const 7) (i32.const 0)))
  (func (export "fill far") (memory.fill (i32.const -1) (i32.const 7) (i32.const 0)))
  (func (export "fill round") (memory.fill (i32.const -1) (i32.const 7) (i32.const -1)))
  (func (export "copy pages") (memory.copy (i32.const 4095) (i32.const 1) (i32.const 8194)))
  (func (export "call:main") (memory.fill (i32.const 4090) (i32.const 7) (i32.const 20000))))
