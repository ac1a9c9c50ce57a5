import { type FunctionCode, I32, scalar, V128 } from '../kernel/assemble.ts';
import { isFloat, isUnsigned } from '../schema/data-type.ts';
import type { Core } from './core.ts';
import {
  type Bitmaps,
  type Lanes,
  laneWidth,
  lowest,
  opcodeOf,
  type Shape,
  shapeOf,
  simd,
  type Width,
} from './lanes.ts';

/**
 * What a loop makes of a column: the bytes of one group's state, as the accumulators of `aggregate/` lay them out.
 *
 * ```
 * count    [ u32 ]                     sumF64   [ sum f64 | count f64 ]
 * minF64   [ f64, NaN of nothing ]     sumI64   [ sum i64 | count i64 ]
 * minI64   [ i64 | seen u32 ]          sumI128  [ low u64 | high i64 | count i64 ]
 * ```
 */
export type Reduction = 'count' | 'sumF64' | 'sumI64' | 'sumI128' | 'minF64' | 'maxF64' | 'minI64' | 'maxI64';

/** What folds write into. */
export interface FoldLoop {
  readonly code: FunctionCode;
  readonly lanes: Lanes;
  /** NaN is looked for; else a result that may have met one sets `status`. */
  readonly nan: boolean;
  /** Local of the address of the loop's block. */
  readonly block: number;
  /** Local that is not 0 in the end when results are not to be used. */
  readonly status: number;
  /** Local of 16 bytes that are the same in every turn. */
  bytes(values: ArrayBufferView): number;
  /** Lanes of the rows that pass and whose bits are set; null: all are. */
  kept(bits: Bitmaps, width: Width, k: number): number | null;
  /** Local that counts these rows. */
  counter(bits: Bitmaps): number;
}

/** Writes one reduction: before the loop, for a vector of each turn, and behind the loop. */
export interface Fold {
  readonly width: Width;
  start(): void;
  step(k: number): void;
  /** Writes the state at `at` bytes behind the block's address. */
  finish(at: number): void;
}

const F64 = 0x7c;
const I64 = 0x7e;
const [storeI32, storeI64, storeF64] = [0x36, 0x37, 0x39];
const select = 0x1b;
const upper = [8, 9, 10, 11, 12, 13, 14, 15];

export function foldOf(loop: FoldLoop, reduction: Reduction, node: Core | null): Fold {
  if (node === null || reduction === 'count') return new Count(loop, node);
  if (reduction === 'sumF64') return new FloatSum(loop, node);
  if (reduction === 'sumI64') return new IntegerSum(loop, node);
  if (reduction === 'sumI128') return new WideSum(loop, node);
  return new Extreme(loop, node, reduction.startsWith('min'));
}

class Count implements Fold {
  readonly width = 32;
  readonly #loop: FoldLoop;
  readonly #count: number;

  constructor(loop: FoldLoop, node: Core | null) {
    this.#loop = loop;
    this.#count = loop.counter(node ? loop.lanes.validity(node) : []);
  }

  start(): void {}

  step(): void {}

  finish(at: number): void {
    this.#loop.code.get(this.#loop.block).get(this.#count).at(storeI32, at);
  }
}

/** A column's values where they count. */
abstract class ColumnFold implements Fold {
  readonly width: Width;
  protected readonly loop: FoldLoop;
  protected readonly code: FunctionCode;
  protected readonly node: Core;
  protected readonly shape: Shape;
  protected readonly count: number;
  readonly #bits: Bitmaps;
  readonly #skipsNaN: boolean;

  constructor(loop: FoldLoop, node: Core) {
    this.loop = loop;
    this.code = loop.code;
    this.node = node;
    this.width = laneWidth(node);
    this.shape = shapeOf(node.type)!;
    this.#bits = loop.lanes.validity(node);
    this.#skipsNaN = loop.nan && isFloat(node.type);
    this.count = this.#skipsNaN ? loop.code.local(I32) : loop.counter(this.#bits);
  }

  start(): void {}
  abstract step(k: number): void;
  abstract finish(at: number): void;

  /** Which lanes count; null: all. */
  protected kept(k: number): number | null {
    const { code, loop, node, width, count } = this;
    const kept = loop.kept(this.#bits, width, k);
    if (!this.#skipsNaN) return kept;
    const x = loop.lanes.vector(node, k);
    code.get(x).get(x).simd(opcodeOf('eq', node.type)!);
    if (kept !== null) code.get(kept).simd(simd.and);
    const numbers = code.local(V128);
    code.set(numbers).get(count).get(numbers);
    code
      .simd(width === 64 ? simd.i64x2Bitmask : simd.i32x4Bitmask)
      .op(scalar.i32Popcnt, scalar.i32Add)
      .set(count);
    return numbers;
  }

  /** Leaves vector `k` on the stack, zero where it does not count. */
  protected push(k: number): void {
    const x = this.loop.lanes.vector(this.node, k);
    const kept = this.kept(k);
    this.code.get(x);
    if (kept !== null) this.code.get(kept).simd(simd.and);
  }

  /** Adds what is on the stack to a local. */
  protected addTo(local: number, add: number): void {
    this.code.get(local).simd(add).set(local);
  }

  /** Puts vectors together two by two; leaves the last on the stack. */
  protected together(locals: readonly number[], operation: number): void {
    const [first, ...rest] = locals;
    this.code.get(first!);
    for (const local of rest) this.code.get(local).simd(operation);
  }

  protected locals(count: number, type = V128): number[] {
    return Array.from({ length: count }, () => this.code.local(type));
  }

  protected store(opcode: number, at: number, value: () => void): void {
    this.code.get(this.loop.block);
    value();
    this.code.at(opcode, at);
  }
}

/** In the order in which the kernel of `assembly/aggregate/sum.ts` adds. */
class FloatSum extends ColumnFold {
  readonly #sums = this.locals(4);

  step(k: number): void {
    const add = 0xf0;
    this.push(k);
    if (this.width === 64) {
      this.addTo(this.#sums[k]!, add);
      return;
    }
    const four = this.code.local(V128);
    this.code.set(four).get(four).simd(0x5f);
    this.addTo(this.#sums[2 * k]!, add);
    this.code
      .get(four)
      .get(four)
      .simd(simd.shuffle, ...upper, ...upper)
      .simd(0x5f);
    this.addTo(this.#sums[2 * k + 1]!, add);
  }

  finish(at: number): void {
    const { code, loop } = this;
    const [a, b, c, d] = this.#sums as [number, number, number, number];
    code.get(a).get(b).simd(0xf0).get(c).get(d).simd(0xf0).simd(0xf0).set(a);
    const sum = code.local(F64);
    code.get(a).simd(simd.f64x2Extract, 0).get(a).simd(simd.f64x2Extract, 1).op(0xa0).set(sum);
    this.store(storeF64, at, () => code.get(sum));
    this.store(storeF64, at + 8, () => code.get(this.count).op(scalar.f64ConvertI32U));
    if (loop.nan) return;
    // finite: there was no NaN to skip
    code
      .get(loop.status)
      .get(sum)
      .get(sum)
      .op(scalar.f64Sub)
      .f64(0)
      .op(scalar.f64Eq, scalar.i32Eqz, scalar.i32Or)
      .set(loop.status);
  }
}

/** Integers of at most 32 bits. */
class IntegerSum extends ColumnFold {
  readonly #sums = this.locals(2);

  step(k: number): void {
    const extend = isUnsigned(this.node.type) ? 0xc9 : 0xc7;
    const four = this.code.local(V128);
    this.push(k);
    this.code.set(four);
    for (const half of [0, 1]) {
      this.code.get(four).simd(extend + half);
      this.addTo(this.#sums[half]!, 0xce);
    }
  }

  finish(at: number): void {
    const { code } = this;
    this.together(this.#sums, 0xce);
    const both = this.#sums[0]!;
    code.set(both);
    this.store(storeI64, at, () =>
      code.get(both).simd(simd.i64x2Extract, 0).get(both).simd(simd.i64x2Extract, 1).op(scalar.i64Add),
    );
    this.store(storeI64, at + 8, () => code.get(this.count).op(scalar.i64ExtendU));
  }
}

/** 64-bit integers: the halves of 32 bits by themselves, which can't wrap in a block. */
class WideSum extends ColumnFold {
  readonly #lows = this.locals(2);
  readonly #highs = this.locals(2);

  step(k: number): void {
    const { code } = this;
    const two = code.local(V128);
    this.push(k);
    code
      .set(two)
      .get(two)
      .get(this.loop.bytes(BigInt64Array.of(0xffff_ffffn, 0xffff_ffffn)))
      .simd(simd.and);
    this.addTo(this.#lows[k & 1]!, 0xce);
    code
      .get(two)
      .i32(32)
      .simd(isUnsigned(this.node.type) ? simd.i64x2ShrU : simd.i64x2ShrS);
    this.addTo(this.#highs[k & 1]!, 0xce);
  }

  finish(at: number): void {
    const { code } = this;
    const [low, high, sum] = this.locals(3, I64) as [number, number, number];
    for (const [sums, to] of [
      [this.#lows, low],
      [this.#highs, high],
    ] as const) {
      this.together(sums, 0xce);
      code
        .set(sums[0]!)
        .get(sums[0]!)
        .simd(simd.i64x2Extract, 0)
        .get(sums[0]!)
        .simd(simd.i64x2Extract, 1)
        .op(scalar.i64Add)
        .set(to);
    }
    code.get(high).i64(32).op(scalar.i64Shl).get(low).op(scalar.i64Add).set(sum);
    this.store(storeI64, at, () => code.get(sum));
    // the carry: the low half has wrapped when it is below what was added
    this.store(storeI64, at + 8, () =>
      code.get(high).i64(32).op(scalar.i64ShrS).get(sum).get(low).op(scalar.i64LtU, scalar.i64ExtendU, scalar.i64Add),
    );
    this.store(storeI64, at + 16, () => code.get(this.count).op(scalar.i64ExtendU));
  }
}

class Extreme extends ColumnFold {
  readonly #least: boolean;
  readonly #worst: ArrayBufferView;
  readonly #flips: boolean;
  readonly #best: number[];

  constructor(loop: FoldLoop, node: Core, least: boolean) {
    super(loop, node);
    this.#least = least;
    this.#worst = worstOf(node, least);
    this.#flips = node.type.kind === 'uint64';
    this.#best = this.locals(this.width === 64 ? 4 : 2);
  }

  override start(): void {
    for (const best of this.#best) this.code.bytes(this.#worst).set(best);
  }

  step(k: number): void {
    const { code } = this;
    const x = this.loop.lanes.vector(this.node, k);
    const kept = this.kept(k);
    const best = this.#best[k]!;
    if (this.shape === 'i64') {
      const moved = this.#flips ? code.local(V128) : x;
      if (this.#flips)
        code
          .get(x)
          .get(this.loop.bytes(BigInt64Array.of(lowest, lowest)))
          .simd(simd.xor)
          .set(moved);
      code.get(moved).get(best);
      this.#better(moved, best);
      if (kept !== null) code.get(kept).simd(simd.and);
      code.simd(simd.bitselect).set(best);
      return;
    }
    // pmin(a, b) is b < a ? b : a: a NaN in b never gets in
    code.get(best).get(x);
    if (kept !== null) code.get(this.loop.bytes(this.#worst)).get(kept).simd(simd.bitselect);
    code.simd(opcodeOf(this.#least ? 'min' : 'max', this.node.type)!).set(best);
  }

  finish(at: number): void {
    const { code, loop, node, shape } = this;
    const [first, ...rest] = this.#best as [number, ...number[]];
    for (const other of rest) this.#join(first, other);
    const other = code.local(V128);
    for (const bytes of this.width === 64 ? [8] : [8, 4]) {
      const from = Array.from({ length: 16 }, (_, i) => (i + bytes) & 15);
      code
        .get(first)
        .get(first)
        .simd(simd.shuffle, ...from)
        .set(other);
      this.#join(first, other);
    }
    if (shape === 'i64') {
      this.store(storeI64, at, () => code.get(first).simd(simd.i64x2Extract, 0));
      this.store(storeI32, at + 8, () => code.get(this.count).i32(0).op(0x47));
      return;
    }
    const best = code.local(F64);
    code.get(first);
    if (shape === 'f64') code.simd(simd.f64x2Extract, 0);
    else if (shape === 'f32') code.simd(0x1f, 0).op(scalar.f64Promote);
    else code.simd(0x1b, 0).op(isUnsigned(node.type) ? scalar.f64ConvertI32U : scalar.f64ConvertI32S);
    code.set(best);
    this.store(storeF64, at, () => code.get(best).f64(Number.NaN).get(this.count).op(select));
    if (loop.nan || shape === 'i32') return;
    // still the worst: only infinite values were there, or NaN
    code
      .get(loop.status)
      .get(best)
      .f64(this.#least ? Infinity : -Infinity)
      .op(scalar.f64Eq);
    code.get(this.count).i32(0).op(0x47, scalar.i32And, scalar.i32Or).set(loop.status);
  }

  /** The better of two locals, in the first. */
  #join(a: number, b: number): void {
    const { code } = this;
    if (this.shape === 'i64') {
      code.get(b).get(a);
      this.#better(b, a);
      code.simd(simd.bitselect).set(a);
    } else
      code
        .get(a)
        .get(b)
        .simd(opcodeOf(this.#least ? 'min' : 'max', this.node.type)!)
        .set(a);
  }

  #better(x: number, best: number): void {
    this.code
      .get(x)
      .get(best)
      .simd(this.#least ? 0xd8 : 0xd9);
  }
}

function worstOf({ type }: Core, least: boolean): ArrayBufferView {
  switch (shapeOf(type)!) {
    case 'f64':
      return new Float64Array(2).fill(least ? Infinity : -Infinity);
    case 'f32':
      return new Float32Array(4).fill(least ? Infinity : -Infinity);
    case 'i64':
      return new BigInt64Array(2).fill(least ? -lowest - 1n : lowest);
    default:
      if (isUnsigned(type)) return new Int32Array(4).fill(least ? -1 : 0);
      return new Int32Array(4).fill(least ? 2 ** 31 - 1 : -(2 ** 31));
  }
}
