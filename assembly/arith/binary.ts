// Two columns, or a column and one value, to a column. Addresses of single values point at one T; they are splat before the loop.

export const enum Op { add, sub, mul, least, greatest, div }

/** Which operands are columns. */
export const enum Shape { columns, scalarRight, scalarLeft }

// @ts-ignore: decorator
@inline
function lanes<T>(op: i32, a: v128, b: v128): v128 {
  if (op == Op.add) return v128.add<T>(a, b);
  if (op == Op.sub) return v128.sub<T>(a, b);
  if (op == Op.mul) return v128.mul<T>(a, b);
  if (isFloat<T>()) {
    if (op == Op.div) return v128.div<T>(a, b);
    // min and max of wasm give NaN when either is NaN
    return op == Op.least ? v128.min<T>(a, b) : v128.max<T>(a, b);
  }
  if (sizeof<T>() == 4) return op == Op.least ? v128.min<T>(a, b) : v128.max<T>(a, b);
  // wasm has no i64x2.min
  const above = v128.gt<i64>(a, b);
  return op == Op.least ? v128.bitselect(b, a, above) : v128.bitselect(a, b, above);
}

// @ts-ignore: decorator
@inline
function one<T>(op: i32, a: T, b: T): T {
  if (op == Op.add) return <T>(a + b);
  if (op == Op.sub) return <T>(a - b);
  if (op == Op.mul) return <T>(a * b);
  if (isFloat<T>()) {
    if (op == Op.div) return <T>(a / b);
    return op == Op.least ? min<T>(a, b) : max<T>(a, b);
  }
  return op == Op.least ? (a < b ? a : b) : (a > b ? a : b);
}

/** out[i] = a[i] op b[i] for i < length. `out` may be `a` or `b`. Integers wrap. */
// @ts-ignore: decorator
@inline
export function binary<T>(op: i32, shape: i32, a: usize, b: usize, out: usize, length: i32): void {
  const bytes = <usize>length << alignof<T>(), unrolled = bytes & ~63, whole = bytes & ~15;
  const left: T = load<T>(a), right: T = load<T>(b);
  const lefts = v128.splat<T>(left), rights = v128.splat<T>(right);
  let i: usize = 0;
  for (; i < unrolled; i += 64) {
    const x = shape == Shape.scalarLeft ? a : a + i, y = shape == Shape.scalarRight ? b : b + i;
    const p = lanes<T>(op, shape == Shape.scalarLeft ? lefts : v128.load(x), shape == Shape.scalarRight ? rights : v128.load(y));
    const q = lanes<T>(op, shape == Shape.scalarLeft ? lefts : v128.load(x, 16), shape == Shape.scalarRight ? rights : v128.load(y, 16));
    const r = lanes<T>(op, shape == Shape.scalarLeft ? lefts : v128.load(x, 32), shape == Shape.scalarRight ? rights : v128.load(y, 32));
    const s = lanes<T>(op, shape == Shape.scalarLeft ? lefts : v128.load(x, 48), shape == Shape.scalarRight ? rights : v128.load(y, 48));
    v128.store(out + i, p);
    v128.store(out + i, q, 16);
    v128.store(out + i, r, 32);
    v128.store(out + i, s, 48);
  }
  for (; i < whole; i += 16) {
    v128.store(out + i, lanes<T>(op, shape == Shape.scalarLeft ? lefts : v128.load(a + i), shape == Shape.scalarRight ? rights : v128.load(b + i)));
  }
  for (; i < bytes; i += sizeof<T>()) {
    store<T>(out + i, one<T>(op, shape == Shape.scalarLeft ? left : load<T>(a + i), shape == Shape.scalarRight ? right : load<T>(b + i)));
  }
}

/** least and greatest of u64, which v128 lacks. */
// @ts-ignore: decorator
@inline
export function extremeU64(greatest: bool, shape: i32, a: usize, b: usize, out: usize, length: i32): void {
  for (let i: usize = 0, bytes = <usize>length << 3; i < bytes; i += 8) {
    const x = load<u64>(shape == Shape.scalarLeft ? a : a + i), y = load<u64>(shape == Shape.scalarRight ? b : b + i);
    store<u64>(out + i, greatest == (x > y) ? x : y);
  }
}
