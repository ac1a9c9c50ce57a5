// Elementwise arithmetic. `a`, `b` and `out` are columns of `length` values; a kernel named …Scalar takes one value at `b`, scalar… one at `a`.
// Rows without a value are computed too: what is under a null means nothing.
import { binary, extremeU64, Op, Shape } from './binary';
import { floats, integerPower, integers, Op as Floor } from './floor';
import { Op as Unary, roundTo, unary } from './unary';

/** a + b; wraps. */
export function addI32(a: usize, b: usize, out: usize, length: i32): void { binary<i32>(Op.add, Shape.columns, a, b, out, length); }

/** a + b; wraps; one b. */
export function addI32Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<i32>(Op.add, Shape.scalarRight, a, b, out, length); }

/** a + b; wraps. */
export function addI64(a: usize, b: usize, out: usize, length: i32): void { binary<i64>(Op.add, Shape.columns, a, b, out, length); }

/** a + b; wraps; one b. */
export function addI64Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<i64>(Op.add, Shape.scalarRight, a, b, out, length); }

/** a + b. */
export function addF32(a: usize, b: usize, out: usize, length: i32): void { binary<f32>(Op.add, Shape.columns, a, b, out, length); }

/** a + b; one b. */
export function addF32Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<f32>(Op.add, Shape.scalarRight, a, b, out, length); }

/** a + b. */
export function addF64(a: usize, b: usize, out: usize, length: i32): void { binary<f64>(Op.add, Shape.columns, a, b, out, length); }

/** a + b; one b. */
export function addF64Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<f64>(Op.add, Shape.scalarRight, a, b, out, length); }

/** a - b; wraps. */
export function subI32(a: usize, b: usize, out: usize, length: i32): void { binary<i32>(Op.sub, Shape.columns, a, b, out, length); }

/** a - b; wraps; one b. */
export function subI32Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<i32>(Op.sub, Shape.scalarRight, a, b, out, length); }

/** a - b; wraps; one a. */
export function scalarSubI32(a: usize, b: usize, out: usize, length: i32): void { binary<i32>(Op.sub, Shape.scalarLeft, a, b, out, length); }

/** a - b; wraps. */
export function subI64(a: usize, b: usize, out: usize, length: i32): void { binary<i64>(Op.sub, Shape.columns, a, b, out, length); }

/** a - b; wraps; one b. */
export function subI64Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<i64>(Op.sub, Shape.scalarRight, a, b, out, length); }

/** a - b; wraps; one a. */
export function scalarSubI64(a: usize, b: usize, out: usize, length: i32): void { binary<i64>(Op.sub, Shape.scalarLeft, a, b, out, length); }

/** a - b. */
export function subF32(a: usize, b: usize, out: usize, length: i32): void { binary<f32>(Op.sub, Shape.columns, a, b, out, length); }

/** a - b; one b. */
export function subF32Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<f32>(Op.sub, Shape.scalarRight, a, b, out, length); }

/** a - b; one a. */
export function scalarSubF32(a: usize, b: usize, out: usize, length: i32): void { binary<f32>(Op.sub, Shape.scalarLeft, a, b, out, length); }

/** a - b. */
export function subF64(a: usize, b: usize, out: usize, length: i32): void { binary<f64>(Op.sub, Shape.columns, a, b, out, length); }

/** a - b; one b. */
export function subF64Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<f64>(Op.sub, Shape.scalarRight, a, b, out, length); }

/** a - b; one a. */
export function scalarSubF64(a: usize, b: usize, out: usize, length: i32): void { binary<f64>(Op.sub, Shape.scalarLeft, a, b, out, length); }

/** a * b; wraps. */
export function mulI32(a: usize, b: usize, out: usize, length: i32): void { binary<i32>(Op.mul, Shape.columns, a, b, out, length); }

/** a * b; wraps; one b. */
export function mulI32Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<i32>(Op.mul, Shape.scalarRight, a, b, out, length); }

/** a * b; wraps. */
export function mulI64(a: usize, b: usize, out: usize, length: i32): void { binary<i64>(Op.mul, Shape.columns, a, b, out, length); }

/** a * b; wraps; one b. */
export function mulI64Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<i64>(Op.mul, Shape.scalarRight, a, b, out, length); }

/** a * b. */
export function mulF32(a: usize, b: usize, out: usize, length: i32): void { binary<f32>(Op.mul, Shape.columns, a, b, out, length); }

/** a * b; one b. */
export function mulF32Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<f32>(Op.mul, Shape.scalarRight, a, b, out, length); }

/** a * b. */
export function mulF64(a: usize, b: usize, out: usize, length: i32): void { binary<f64>(Op.mul, Shape.columns, a, b, out, length); }

/** a * b; one b. */
export function mulF64Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<f64>(Op.mul, Shape.scalarRight, a, b, out, length); }

/** The smaller of a and b. */
export function leastI32(a: usize, b: usize, out: usize, length: i32): void { binary<i32>(Op.least, Shape.columns, a, b, out, length); }

/** The smaller of a and b; one b. */
export function leastI32Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<i32>(Op.least, Shape.scalarRight, a, b, out, length); }

/** The smaller of a and b. */
export function leastI64(a: usize, b: usize, out: usize, length: i32): void { binary<i64>(Op.least, Shape.columns, a, b, out, length); }

/** The smaller of a and b; one b. */
export function leastI64Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<i64>(Op.least, Shape.scalarRight, a, b, out, length); }

/** The smaller of a and b; NaN when either is. */
export function leastF32(a: usize, b: usize, out: usize, length: i32): void { binary<f32>(Op.least, Shape.columns, a, b, out, length); }

/** The smaller of a and b; NaN when either is; one b. */
export function leastF32Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<f32>(Op.least, Shape.scalarRight, a, b, out, length); }

/** The smaller of a and b; NaN when either is. */
export function leastF64(a: usize, b: usize, out: usize, length: i32): void { binary<f64>(Op.least, Shape.columns, a, b, out, length); }

/** The smaller of a and b; NaN when either is; one b. */
export function leastF64Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<f64>(Op.least, Shape.scalarRight, a, b, out, length); }

/** The larger of a and b. */
export function greatestI32(a: usize, b: usize, out: usize, length: i32): void { binary<i32>(Op.greatest, Shape.columns, a, b, out, length); }

/** The larger of a and b; one b. */
export function greatestI32Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<i32>(Op.greatest, Shape.scalarRight, a, b, out, length); }

/** The larger of a and b. */
export function greatestI64(a: usize, b: usize, out: usize, length: i32): void { binary<i64>(Op.greatest, Shape.columns, a, b, out, length); }

/** The larger of a and b; one b. */
export function greatestI64Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<i64>(Op.greatest, Shape.scalarRight, a, b, out, length); }

/** The larger of a and b; NaN when either is. */
export function greatestF32(a: usize, b: usize, out: usize, length: i32): void { binary<f32>(Op.greatest, Shape.columns, a, b, out, length); }

/** The larger of a and b; NaN when either is; one b. */
export function greatestF32Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<f32>(Op.greatest, Shape.scalarRight, a, b, out, length); }

/** The larger of a and b; NaN when either is. */
export function greatestF64(a: usize, b: usize, out: usize, length: i32): void { binary<f64>(Op.greatest, Shape.columns, a, b, out, length); }

/** The larger of a and b; NaN when either is; one b. */
export function greatestF64Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<f64>(Op.greatest, Shape.scalarRight, a, b, out, length); }

/** The smaller of a and b. */
export function leastU64(a: usize, b: usize, out: usize, length: i32): void { extremeU64(false, Shape.columns, a, b, out, length); }

/** The smaller of a and b; one b. */
export function leastU64Scalar(a: usize, b: usize, out: usize, length: i32): void { extremeU64(false, Shape.scalarRight, a, b, out, length); }

/** The larger of a and b. */
export function greatestU64(a: usize, b: usize, out: usize, length: i32): void { extremeU64(true, Shape.columns, a, b, out, length); }

/** The larger of a and b; one b. */
export function greatestU64Scalar(a: usize, b: usize, out: usize, length: i32): void { extremeU64(true, Shape.scalarRight, a, b, out, length); }

/** a / b. */
export function divF64(a: usize, b: usize, out: usize, length: i32): void { binary<f64>(Op.div, Shape.columns, a, b, out, length); }

/** a / b; one b. */
export function divF64Scalar(a: usize, b: usize, out: usize, length: i32): void { binary<f64>(Op.div, Shape.scalarRight, a, b, out, length); }

/** a / b; one a. */
export function scalarDivF64(a: usize, b: usize, out: usize, length: i32): void { binary<f64>(Op.div, Shape.scalarLeft, a, b, out, length); }

/** a // b: rounded down. */
export function floordivF64(a: usize, b: usize, out: usize, length: i32): void { floats(Floor.floordiv, Shape.columns, a, b, out, length); }

/** a // b: rounded down; one b. */
export function floordivF64Scalar(a: usize, b: usize, out: usize, length: i32): void { floats(Floor.floordiv, Shape.scalarRight, a, b, out, length); }

/** a // b: rounded down; one a. */
export function scalarFloordivF64(a: usize, b: usize, out: usize, length: i32): void { floats(Floor.floordiv, Shape.scalarLeft, a, b, out, length); }

/** a % b with b's sign. */
export function modF64(a: usize, b: usize, out: usize, length: i32): void { floats(Floor.mod, Shape.columns, a, b, out, length); }

/** a % b with b's sign; one b. */
export function modF64Scalar(a: usize, b: usize, out: usize, length: i32): void { floats(Floor.mod, Shape.scalarRight, a, b, out, length); }

/** a % b with b's sign; one a. */
export function scalarModF64(a: usize, b: usize, out: usize, length: i32): void { floats(Floor.mod, Shape.scalarLeft, a, b, out, length); }

/** a // b: rounded down; one b, not zero. */
export function floordivI32Scalar(a: usize, b: usize, out: usize, length: i32): void { integers<i32>(Floor.floordiv, a, b, out, length); }

/** a // b: rounded down; one b, not zero. */
export function floordivI64Scalar(a: usize, b: usize, out: usize, length: i32): void { integers<i64>(Floor.floordiv, a, b, out, length); }

/** a // b: rounded down; one b, not zero. */
export function floordivU64Scalar(a: usize, b: usize, out: usize, length: i32): void { integers<u64>(Floor.floordiv, a, b, out, length); }

/** a % b with b's sign; one b, not zero. */
export function modI32Scalar(a: usize, b: usize, out: usize, length: i32): void { integers<i32>(Floor.mod, a, b, out, length); }

/** a % b with b's sign; one b, not zero. */
export function modI64Scalar(a: usize, b: usize, out: usize, length: i32): void { integers<i64>(Floor.mod, a, b, out, length); }

/** a % b with b's sign; one b, not zero. */
export function modU64Scalar(a: usize, b: usize, out: usize, length: i32): void { integers<u64>(Floor.mod, a, b, out, length); }

/** a ** b; one b, not negative; wraps. */
export function powI64Scalar(a: usize, b: usize, out: usize, length: i32): void { integerPower(a, b, out, length); }

/** -a. */
export function negI32(a: usize, out: usize, length: i32): void { unary<i32>(Unary.neg, a, out, length); }

/** -a. */
export function negI64(a: usize, out: usize, length: i32): void { unary<i64>(Unary.neg, a, out, length); }

/** -a. */
export function negF32(a: usize, out: usize, length: i32): void { unary<f32>(Unary.neg, a, out, length); }

/** -a. */
export function negF64(a: usize, out: usize, length: i32): void { unary<f64>(Unary.neg, a, out, length); }

/** Magnitude. */
export function absI32(a: usize, out: usize, length: i32): void { unary<i32>(Unary.abs, a, out, length); }

/** Magnitude. */
export function absI64(a: usize, out: usize, length: i32): void { unary<i64>(Unary.abs, a, out, length); }

/** Magnitude. */
export function absF32(a: usize, out: usize, length: i32): void { unary<f32>(Unary.abs, a, out, length); }

/** Magnitude. */
export function absF64(a: usize, out: usize, length: i32): void { unary<f64>(Unary.abs, a, out, length); }

/** Rounded down. */
export function floorF32(a: usize, out: usize, length: i32): void { unary<f32>(Unary.floor, a, out, length); }

/** Rounded down. */
export function floorF64(a: usize, out: usize, length: i32): void { unary<f64>(Unary.floor, a, out, length); }

/** Rounded up. */
export function ceilF32(a: usize, out: usize, length: i32): void { unary<f32>(Unary.ceil, a, out, length); }

/** Rounded up. */
export function ceilF64(a: usize, out: usize, length: i32): void { unary<f64>(Unary.ceil, a, out, length); }

/** Rounded towards zero. */
export function truncF32(a: usize, out: usize, length: i32): void { unary<f32>(Unary.trunc, a, out, length); }

/** Rounded towards zero. */
export function truncF64(a: usize, out: usize, length: i32): void { unary<f64>(Unary.trunc, a, out, length); }

/** Rounded to the nearest integer, halves to the even one. */
export function roundF32(a: usize, out: usize, length: i32): void { unary<f32>(Unary.round, a, out, length); }

/** Rounded to the nearest integer, halves to the even one. */
export function roundF64(a: usize, out: usize, length: i32): void { unary<f64>(Unary.round, a, out, length); }

/** Square root. */
export function sqrtF32(a: usize, out: usize, length: i32): void { unary<f32>(Unary.sqrt, a, out, length); }

/** Square root. */
export function sqrtF64(a: usize, out: usize, length: i32): void { unary<f64>(Unary.sqrt, a, out, length); }

/** Rounded to decimals: nearest(a · scale) / scale; one f64 at `scale`. */
export function roundToF64(a: usize, scale: usize, out: usize, length: i32): void { roundTo(false, a, scale, out, length); }

/** Rounded to tens, hundreds, …: nearest(a / scale) · scale; one f64 at `scale`. */
export function roundTensF64(a: usize, scale: usize, out: usize, length: i32): void { roundTo(true, a, scale, out, length); }
