export const enum Op { neg, abs, floor, ceil, trunc, round, sqrt }

// @ts-ignore: decorator
@inline
function lanes<T>(op: i32, x: v128): v128 {
  if (op == Op.neg) return v128.neg<T>(x);
  if (op == Op.abs) return v128.abs<T>(x);
  if (isFloat<T>()) {
    if (op == Op.floor) return v128.floor<T>(x);
    if (op == Op.ceil) return v128.ceil<T>(x);
    if (op == Op.trunc) return v128.trunc<T>(x);
    if (op == Op.round) return v128.nearest<T>(x);
    return v128.sqrt<T>(x);
  }
  return x;
}

// @ts-ignore: decorator
@inline
function one<T>(op: i32, x: T): T {
  if (op == Op.neg) return <T>(-x);
  if (op == Op.abs) return isFloat<T>() ? abs<T>(x) : x < 0 ? <T>(-x) : x;
  if (isFloat<T>()) {
    if (op == Op.floor) return floor<T>(x);
    if (op == Op.ceil) return ceil<T>(x);
    if (op == Op.trunc) return trunc<T>(x);
    if (op == Op.round) return nearest<T>(x);
    return sqrt<T>(x);
  }
  return x;
}

/** out[i] = op a[i]. `out` may be `a`. The smallest integer negates to itself. */
// @ts-ignore: decorator
@inline
export function unary<T>(op: i32, a: usize, out: usize, length: i32): void {
  const bytes = <usize>length << alignof<T>(), unrolled = bytes & ~63, whole = bytes & ~15;
  let i: usize = 0;
  for (; i < unrolled; i += 64) {
    const x = a + i, y = out + i;
    const p = lanes<T>(op, v128.load(x)), q = lanes<T>(op, v128.load(x, 16)), r = lanes<T>(op, v128.load(x, 32)), s = lanes<T>(op, v128.load(x, 48));
    v128.store(y, p);
    v128.store(y, q, 16);
    v128.store(y, r, 32);
    v128.store(y, s, 48);
  }
  for (; i < whole; i += 16) v128.store(out + i, lanes<T>(op, v128.load(a + i)));
  for (; i < bytes; i += sizeof<T>()) store<T>(out + i, one<T>(op, load<T>(a + i)));
}

/** numpy's round to decimals: rint(x · 10ᵈ) / 10ᵈ; `power` holds 10ᵈ, or for negative decimals 10⁻ᵈ with `divide` set. */
// @ts-ignore: decorator
@inline
export function roundTo(divide: bool, a: usize, power: usize, out: usize, length: i32): void {
  const scale = load<f64>(power);
  for (let i: usize = 0, bytes = <usize>length << 3; i < bytes; i += 8) {
    const x = load<f64>(a + i);
    store<f64>(out + i, divide ? nearest<f64>(x / scale) * scale : nearest<f64>(x * scale) / scale);
  }
}
