import { addPair, joinPair } from '../shared/central';
import { lost } from '../shared/compensated';
import { addProduct4, addTriple4, cascade, clear4, rounded4 } from './exact';
import { eightBits, groupOf, idAt, markAbsent, NONE } from './rows';
import { lanes } from './sum';

// Two columns. Rows where either is null or NaN are skipped.
//   staying   [ n | mean x | mean y | m2x | m2y | cxy ] f64, 48 bytes
//   leaving   [ count | endless | huge | unused ] u32 [ sx ×3 ][ sy ×3 ][ sxx ×3 ][ syy ×3 ][ sxy ×3 ], 136 bytes

export function pairs(states: usize, ids: usize, xs: usize, ys: usize, xBits: usize, yBits: usize, mask: usize, length: i32, work: usize): void {
  if (ids == 0) return pairsAll(states, xs, ys, xBits, yBits, mask, length, work);
  for (let row = 0; row < length; row++) addRow(states, ids, xs, ys, xBits, yBits, mask, row);
}

// @ts-ignore: decorator
@inline
function addRow(states: usize, ids: usize, xs: usize, ys: usize, xBits: usize, yBits: usize, mask: usize, row: i32): void {
  const x = load<f64>(xs + (<usize>row << 3)), y = load<f64>(ys + (<usize>row << 3));
  let id = groupOf(ids, xBits, mask, row) | (0 - u32(x != x || y != y));
  if (yBits != 0) id |= groupOf(0, yBits, 0, row);
  addPair(states + <usize>id * 48, x, y);
}

// Rows of a block: 8 KiB of each column, which a second pass finds in the L1 cache.
const BLOCK = 1024;

/**
 * The ungrouped case: each block around its first pair, or around its own means in a second pass where the first pair is far from the others, then
 * joined to the state. A block with an infinity goes row by row. 10.4 → 3.2 ns a row of a running `corr`, copies included (Node 20).
 */
function pairsAll(state: usize, xs: usize, ys: usize, xBits: usize, yBits: usize, mask: usize, length: i32, work: usize): void {
  for (let start = 0; start < length; start += BLOCK) {
    const end = min(start + BLOCK, length);
    let first = start;
    while (first < end && !isPair(xs, ys, xBits, yBits, mask, first)) first++;
    if (first == end) continue;
    const x = load<f64>(xs + (<usize>first << 3)), y = load<f64>(ys + (<usize>first << 3));
    if (blockPairs(xs, ys, xBits, yBits, mask, start, end, x, y, work) || blockPairs(xs, ys, xBits, yBits, mask, start, end, load<f64>(work, 8), load<f64>(work, 16), work)) {
      joinPair(state, work);
    } else {
      for (let row = start; row < end; row++) addRow(state, 0, xs, ys, xBits, yBits, mask, row);
    }
  }
}

// @ts-ignore: decorator
@inline
function isPair(xs: usize, ys: usize, xBits: usize, yBits: usize, mask: usize, row: i32): bool {
  const x = load<f64>(xs + (<usize>row << 3)), y = load<f64>(ys + (<usize>row << 3));
  return x == x && y == y && (groupOf(0, xBits, mask, row) | groupOf(0, yBits, 0, row)) == 0;
}

/** Writes the state of rows [start, end) around (`cx`, `cy`) to `work`; false where more than three bits are lost, or a sum is not finite. */
function blockPairs(xs: usize, ys: usize, xBits: usize, yBits: usize, mask: usize, start: i32, end: i32, cx: f64, cy: f64, work: usize): bool {
  const centreX = f64x2.splat(cx), centreY = f64x2.splat(cy);
  let n = i64x2.splat(0), sx = f64x2.splat(0), sy = sx, sxx = sx, syy = sx, sxy = sx;
  let row = start;
  for (; row + 8 <= end; row += 8) {
    const bits = i64x2.splat(<i64>(eightBits(xBits, mask, row) & eightBits(yBits, 0, row)));
    let pick = i64x2(1, 2);
    for (let i: usize = 0; i < 64; i += 16) {
      const x = v128.load(xs + (<usize>row << 3) + i), y = v128.load(ys + (<usize>row << 3) + i);
      const is = v128.and(lanes(bits, pick), v128.and(f64x2.eq(x, x), f64x2.eq(y, y)));
      const dx = v128.and(f64x2.sub(x, centreX), is), dy = v128.and(f64x2.sub(y, centreY), is);
      pick = i64x2.shl(pick, 2);
      n = i64x2.sub(n, is);
      sx = f64x2.add(sx, dx);
      sy = f64x2.add(sy, dy);
      sxx = f64x2.add(sxx, f64x2.mul(dx, dx));
      syy = f64x2.add(syy, f64x2.mul(dy, dy));
      sxy = f64x2.add(sxy, f64x2.mul(dx, dy));
    }
  }
  let count = <f64>(i64x2.extract_lane(n, 0) + i64x2.extract_lane(n, 1));
  let x = both(sx), y = both(sy), xx = both(sxx), yy = both(syy), xy = both(sxy);
  for (; row < end; row++) {
    if (!isPair(xs, ys, xBits, yBits, mask, row)) continue;
    const dx = load<f64>(xs + (<usize>row << 3)) - cx, dy = load<f64>(ys + (<usize>row << 3)) - cy;
    count += 1;
    x += dx;
    y += dy;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  const offX = x / count, offY = y / count;
  store<f64>(work, count);
  store<f64>(work, cx + offX, 8);
  store<f64>(work, cy + offY, 16);
  store<f64>(work, max(0, xx - x * offX), 24);
  store<f64>(work, max(0, yy - y * offY), 32);
  store<f64>(work, xy - x * offY, 40);
  // not so where one is NaN or infinite either
  return x * offX <= 0.875 * xx && y * offY <= 0.875 * yy && xx < Infinity && yy < Infinity;
}

// @ts-ignore: decorator
@inline
function both(sum: v128): f64 { return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1); }

export function mergePairs(states: usize, from: usize, map: usize, groups: i32): void {
  for (let i = 0; i < groups; i++) joinPair(states + <usize>idAt(map, i) * 48, from + <usize>i * 48);
}

const HUGE: f64 = 2.9073548971824276e135; // 2^450

export function exactPairs(states: usize, ids: usize, xs: usize, ys: usize, xBits: usize, yBits: usize, mask: usize, length: i32, sign: f64): void {
  for (let row = 0; row < length; row++) {
    const x = load<f64>(xs + (<usize>row << 3)), y = load<f64>(ys + (<usize>row << 3));
    let id = groupOf(ids, xBits, mask, row);
    if (yBits != 0) id |= groupOf(0, yBits, 0, row);
    if (id == NONE || x != x || y != y) continue;
    const at = states + <usize>id * 136, step = <i32>sign;
    store<i32>(at, load<i32>(at) + step);
    const size = max(abs(x), abs(y));
    if (!(size < HUGE)) {
      const place = at + (size == Infinity ? 4 : 8);
      store<i32>(place, load<i32>(place) + step);
      continue;
    }
    cascade(at + 16, sign * x);
    cascade(at + 40, sign * y);
    const xx = x * x, yy = y * y, xy = x * y;
    cascade(at + 64, sign * xx);
    cascade(at + 64, sign * lost(x, x, xx));
    cascade(at + 88, sign * yy);
    cascade(at + 88, sign * lost(y, y, yy));
    cascade(at + 112, sign * xy);
    cascade(at + 112, sign * lost(x, y, xy));
  }
}

/** Σ(x − mx)(y − my) times n, from triples; `sx` and `sy` their plain sums. */
function crossed(n: f64, sx: usize, sy: usize, sxy: usize, work: usize): f64 {
  clear4(work);
  addTriple4(work, sxy, n);
  for (let i: usize = 0; i < 24; i += 8) {
    for (let j: usize = 0; j < 24; j += 8) addProduct4(work, -load<f64>(sx + i), load<f64>(sy + j));
  }
  return rounded4(work) / n;
}

/** `what`: 0 cov, 1 corr; null where n ≤ ddof (cov), n < 2 or a column does not vary (corr). Returns the number of nulls. */
export function resultPairs(states: usize, ids: usize, groups: i32, what: i32, ddof: f64, exact: i32, work: usize, out: usize, bits: usize): i32 {
  let nulls = 0;
  for (let i = 0; i < groups; i++) {
    const at = states + <usize>idAt(ids, i) * (exact != 0 ? 136 : 48);
    let n = load<f64>(at), xx = load<f64>(at, 24), yy = load<f64>(at, 32), xy = load<f64>(at, 40);
    if (exact != 0) {
      n = <f64>load<u32>(at);
      if ((load<u32>(at, 4) | load<u32>(at, 8)) != 0) xx = yy = xy = NaN;
      else if (n > 0) {
        xx = max(0, crossed(n, at + 16, at + 16, at + 64, work));
        yy = max(0, crossed(n, at + 40, at + 40, at + 88, work));
        xy = crossed(n, at + 16, at + 40, at + 112, work);
      }
    }
    // an infinity makes the answer NaN, also beside a column that does not vary
    const endless = xx != xx || yy != yy;
    const enough = what == 0 ? n > ddof : n > 1 && (endless || !(xx == 0 || yy == 0));
    if (!enough) markAbsent(bits, i, groups, nulls++);
    const value = what == 0 ? xy / (n - ddof) : xy / (sqrt(xx) * sqrt(yy));
    store<f64>(out + (<usize>i << 3), !enough ? 0 : what == 1 && value == value ? max<f64>(-1, min<f64>(1, value)) : value);
  }
  return nulls;
}
