;; The sum of squares of a column, as a module for wasmAggregation. It reads no validity bits: drop nulls before.
;; What each function is called with: docs/aggregations.md.
(module
  (import "env" "memory" (memory 1))
  (func (export "state_size") (result i32) (i32.const 8))
  (func (export "initial") (param $state i32) (f64.store (local.get $state) (f64.const 0)))
  (func (export "result") (param $state i32) (result f64) (f64.load (local.get $state)))
  (func (export "merge") (param $state i32) (param $other i32)
    (f64.store (local.get $state) (f64.add (f64.load (local.get $state)) (f64.load (local.get $other)))))
  (func (export "on_new")
    (param $states i32) (param $stride i32) (param $groups i32) (param $count i32) (param $values i32) (param $bits i32)
    (call $add (local.get $states) (local.get $stride) (local.get $groups) (local.get $count) (local.get $values) (f64.const 1)))
  (func (export "on_old")
    (param $states i32) (param $stride i32) (param $groups i32) (param $count i32) (param $values i32) (param $bits i32)
    (call $add (local.get $states) (local.get $stride) (local.get $groups) (local.get $count) (local.get $values) (f64.const -1)))
  (func $add
    (param $states i32) (param $stride i32) (param $groups i32) (param $count i32) (param $values i32) (param $sign f64)
    (local $row i32) (local $state i32) (local $value f64)
    (block $done
      (loop $rows
        (br_if $done (i32.ge_s (local.get $row) (local.get $count)))
        (local.set $state (local.get $states))
        (if (local.get $groups)
          (then
            (local.set $state
              (i32.add
                (local.get $states)
                (i32.mul
                  (local.get $stride)
                  (i32.load (i32.add (local.get $groups) (i32.shl (local.get $row) (i32.const 2)))))))))
        (local.set $value (f64.load (i32.add (local.get $values) (i32.shl (local.get $row) (i32.const 3)))))
        (f64.store
          (local.get $state)
          (f64.add
            (f64.load (local.get $state))
            (f64.mul (local.get $sign) (f64.mul (local.get $value) (local.get $value)))))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br $rows)))))
