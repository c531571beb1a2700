;; Bulk operations on tables, and the operators that only suites use.
(module
  (table (export "table") 10 funcref)
  (memory 1)
  (elem $functions func 0 0 0)
  (data $bytes "abc")
  (func (export "copy") (param i32 i32 i32)
    (table.init $functions (i32.const 0) (i32.const 1) (i32.const 2))
    (table.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "drop") (elem.drop $functions) (data.drop $bytes)))
