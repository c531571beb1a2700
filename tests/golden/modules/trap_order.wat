;; Where two reasons to trap meet, one comes first: depth before fuel, fuel before what the code does, the
;; price of a bulk operation before its bounds; in a host call pointers before its price.
;;> pointer_or_price fuel=500
;;> fuel_or_division fuel=5
;;> fuel_or_division
;;> fill_or_price fuel=1000
;;> fill_or_price
;;> depth_or_fuel fuel=20
;;> depth_or_fuel
(module
  (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
  (memory (export "memory") 1 1)
  (func (export "call:pointer_or_price")
    (call $put (i32.const -1) (i32.const 8) (i32.const 0) (i32.const 60000)))
  (func (export "call:fuel_or_division") (drop (i32.div_u (i32.const 1) (i32.const 0))))
  (func (export "call:fill_or_price") (memory.fill (i32.const 0) (i32.const 0) (i32.const 65537)))
  (func $deep (export "call:depth_or_fuel") (call $deep)))
