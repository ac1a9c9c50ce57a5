import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { OptionError, StateError } from '../errors.ts';
import { orderRoom } from '../kernel/order.ts';
import type { OrderRoom } from '../kernel/wasm/order.ts';
import type { WindowRoom } from '../kernel/wasm/window.ts';
import { windowRoom } from '../kernel/window.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, f64, widthOf } from '../schema/data-type.ts';
import { Block } from './_block.ts';
import { joined, misfit, parted } from './_saved.ts';
import { demand, isFixed } from './_types.ts';
import type { Parameters } from './accumulator.ts';
import { modeOf } from './order-accumulator.ts';
import { OrderedTape } from './ordered-tape.ts';

/** What can be asked of the window that ends with each row. */
export type RollingName =
  | 'sum'
  | 'mean'
  | 'min'
  | 'max'
  | 'var'
  | 'std'
  | 'count'
  | 'first'
  | 'last'
  | 'median'
  | 'quantile';

export interface RollingOptions {
  readonly memory: Memory;
  /** For `memoryStats()` and errors. */
  readonly owner: string;
  /** Type of the column. */
  readonly type: DataType;
  readonly name: RollingName;
  /** Rows of a window; absent: `push` is told the span of each row's window. */
  readonly rows?: number;
  /** A window with fewer values gives null. Default, as in pandas: `rows` for windows of rows, 1 otherwise. */
  readonly minPeriods?: number;
  /** `ddof` of var and std (default 1); `q` and `interpolation` of quantile. */
  readonly parameters?: Parameters;
}

// Roll in assembly/window/roll.ts, in u32 places
const MIDDLE = 0;
const BASE = 1;
const LAST = 3;
const HELD_FROM = 10;
const HELD = 11;
const SUFFIX = 14;
const rollBytes = 128;
/** Places of arrays, from SUFFIX on: suffix 0–2, next 0–1. Sums that slide have a ring of four arrays behind the suffixes instead. */
const suffixes = 3;
const nexts = 2;
const ringArrays = 4;

/** Rows that are worked on at a time, at least: their answers stay in the L2 cache. */
const pieceRows = 16_384;
/** Blocks and rings need more arrays of a window's length; beyond this they would leave the L2 cache, and below it they don't pay. */
const mostBlockRows = 32_768;
const leastBlockRows = 16;

/**
 * A window this many times as long as the batch is kept in a tree: sorting costs 20 ns for each row of both, the tree 200 for each
 * row of the batch.
 */
const shortBatch = 10;

type Tape = (values: number, validity: number, length: number, missing: number, out: number, have: number) => number;

/**
 * One answer for every row of a column: that of the window which ends with it. State carries over from batch to batch.
 *
 * Answers are f64 and null where the window has fewer than `minPeriods` values; nulls and NaN are skipped, as pandas does. Sums are
 * compensated and nothing is subtracted, so values that left the window leave no trace. O(1) amortised a row; quantiles sort the rows
 * of a batch with those of the window before it.
 */
export class RollingColumn {
  readonly name: RollingName;
  readonly #memory: Memory;
  readonly #room: WindowRoom;
  readonly #order: OrderRoom;
  readonly #write: Tape;
  readonly #type: DataType;
  readonly #rows: number;
  readonly #least: number;
  readonly #parameters: Parameters;
  readonly #state: Block;
  readonly #tape: Block;
  readonly #have: Block;
  readonly #suffix: Block;
  readonly #owner: string;
  /** The window as a multiset, for quantiles in short batches. */
  #ordered: OrderedTape | null = null;
  /** Rows on the tape. */
  #end = 0;
  #capacity = 0;
  /** Rows that the suffix arrays can take. */
  #reach = 0;
  /** Rows of the window of the last row: what the next one may need. */
  #span = 0;
  /** The tape has no missing values from here on. */
  #cleanFrom = 0;

  /**
   * @throws OptionError when `rows` or `minPeriods` makes no sense
   * @throws SchemaError when the column is text
   */
  constructor({ memory, owner, type, name, rows, minPeriods, parameters = {} }: RollingOptions) {
    demand(name, [type], isFixed, 'numbers, bool or times');
    if (rows !== undefined && !(Number.isInteger(rows) && rows > 0)) {
      throw new OptionError('rows', `rolling: a window of ${rows} rows makes no sense; give a whole number above 0`);
    }
    const least = minPeriods ?? rows ?? 1;
    if (!(Number.isInteger(least) && least >= 0 && (rows === undefined || least <= rows))) {
      const most = rows === undefined ? '' : ` of at most ${rows}`;
      throw new OptionError('minPeriods', `rolling: minPeriods is ${least}; give a whole number${most}, 0 or above`);
    }
    if (name === 'quantile') modeOf(parameters);
    this.name = name;
    this.#owner = owner;
    this.#memory = memory;
    this.#room = windowRoom(memory);
    this.#order = orderRoom(memory);
    this.#type = type;
    this.#write = tapeKernel(this.#room, type);
    this.#rows = rows ?? 0;
    // Without any value there is only a sum and a count.
    this.#least = name === 'sum' || name === 'count' ? least : Math.max(1, least);
    this.#parameters = parameters;
    this.#state = new Block(memory, owner);
    this.#tape = new Block(memory, owner);
    this.#have = new Block(memory, owner);
    this.#suffix = new Block(memory, owner);
    this.#state.growZeroed(0, rollBytes);
    this.clear();
    if (rows) this.#growSuffix(rows);
  }

  get stateBytes(): number {
    const blocks = [this.#state, this.#tape, this.#have, this.#suffix];
    return blocks.reduce((sum, { bytes }) => sum + bytes, this.#ordered?.stateBytes ?? 0);
  }

  /**
   * The answers for `length` rows that arrive, in `scratch`.
   *
   * @param spans without `rows`: address of an i32 for each row, how many rows its window holds, itself included; windows never start
   * before the one above
   */
  push(vector: ChunkVector, length: number, scratch: Scratch, spans = 0): ChunkVector {
    const out = scratch.take(length * 8);
    const counts = scratch.take(length * 4 + 16);
    const present = scratch.take((length + 7) >> 3);
    if (spans !== 0 && length > 0) {
      const most = this.#room.greatestI32(spans, length);
      if (most > this.#reach) this.#growSuffix(Math.max(most, this.#reach * 2));
    }
    let found = 0;
    for (let start = 0; start < length; ) {
      let rows = this.#direct(vector, start, length, out, counts);
      if (rows > 0) {
        this.#memory.bulk.fill(present + start / 8, 0xff, (rows + 7) >> 3);
        found += rows;
        start += rows;
        continue;
      }
      rows = Math.min(this.#pieceRows(), length - start);
      this.#append(vector, start, rows);
      const own = spans === 0 ? 0 : spans + start * 4;
      found += this.#roll(rows, own, out + start * 8, counts + start * 4, present + start / 8, scratch);
      this.#span = spans === 0 ? Math.min(this.#rows, this.#end) : this.#memory.i32[(own >>> 2) + rows - 1]!;
      start += rows;
    }
    return chunkVector(f64(), out, found === length ? 0 : present);
  }

  /** Forgets all rows. */
  clear(): void {
    const { u32, f64: doubles } = this.#memory;
    const at = this.#state.address / 4;
    u32.fill(0, at, at + SUFFIX);
    u32[at + LAST] = this.name === 'last' ? 0xffff_ffff : 0;
    // the running prefix of an extreme starts at what every value beats
    doubles[this.#state.address / 8 + 2] = this.name === 'min' || this.name === 'max' ? this.#missing() : 0;
    this.#end = 0;
    this.#span = 0;
    this.#cleanFrom = 0;
    this.#ordered?.forget();
  }

  snapshot(): Uint8Array {
    const meta = Float64Array.of(this.#end, this.#reach, this.#span, this.#cleanFrom);
    const { u8, u32 } = this.#memory;
    const parts = [0, 1, 2].map(i => {
      const from = u32[this.#state.address / 4 + SUFFIX + i]!;
      return u8.slice(from, from + this.#reach * 8);
    });
    return joined([
      new Uint8Array(meta.buffer),
      this.#state.save(SUFFIX * 4),
      this.#tape.save(this.#end * 8),
      this.#have.save(this.#end),
      ...parts,
    ]);
  }

  /** @throws StateError when the bytes are no saved state of this */
  restore(bytes: Uint8Array): void {
    const [meta, state, tape, have, ...parts] = parted(bytes, 4 + suffixes, 'rolling') as [Uint8Array, ...Uint8Array[]];
    const [end, reach, span, cleanFrom] = new Float64Array(meta.slice().buffer) as unknown as number[];
    if (tape!.length !== end! * 8 || have!.length !== end) throw new StateError(misfit('rolling'));
    this.clear();
    this.#growTape(end!);
    this.#memory.u8.set(tape!, this.#tape.address);
    this.#memory.u8.set(have!, this.#have.address);
    this.#memory.u8.set(state!, this.#state.address);
    if (reach! > this.#reach) this.#growSuffix(reach!);
    for (const [i, part] of parts.entries()) {
      this.#memory.u8.set(part, this.#memory.u32[this.#state.address / 4 + SUFFIX + i]!);
    }
    this.#end = end!;
    this.#span = span!;
    this.#cleanFrom = cleanFrom!;
  }

  dispose(): void {
    for (const block of [this.#state, this.#tape, this.#have, this.#suffix]) block.free();
    this.#ordered?.dispose();
  }

  /** Rows to take next, a multiple of 8: those of the first window by themselves, for only their windows are not full. */
  #pieceRows(): number {
    if (this.#end < this.#rows - 1) return (this.#rows - 1 - this.#end + 7) & ~7;
    return Math.max(pieceRows, (this.#rows * 4 + 7) & ~7);
  }

  /** Answers and presence bits for the last `length` rows of the tape; returns how many are present. */
  #roll(length: number, spans: number, out: number, counts: number, present: number, scratch: Scratch): number {
    const from = this.#end - length;
    const missing = this.#cleanFrom > from - this.#span;
    const room = this.#room;
    if (spans === 0 && !missing && from >= this.#rows - 1) {
      // All windows are full: nothing to count, and an answer can only be NaN by infinities.
      const nan = this.#rollFull(length, out, counts, scratch);
      this.#markFull();
      if (!nan) {
        this.#memory.bulk.fill(present, 0xff, (length + 7) >> 3);
        return length;
      }
      room.rollingCounts(this.#state.address, 0, from, this.#end, this.#rows, 0, counts);
      return room.finishRolling(out, counts, length, this.#least, present);
    }
    const have = missing ? this.#have.address : 0;
    if (this.#spreads) {
      this.#squares(length, spans, missing, counts, 1, 0, out);
      room.divideByCounts(out, counts, length, this.#ddof, this.#root);
    } else {
      room.rollingCounts(this.#state.address, have, from, this.#end, this.#rows, spans, counts);
      this.#answer(length, spans, out, counts, scratch);
      if (this.name === 'mean') room.divideByCounts(out, counts, length, 0, 0);
    }
    return room.finishRolling(out, counts, length, this.#least, present);
  }

  /** Windows of `rows` values each. Returns whether an answer is NaN. */
  #rollFull(length: number, out: number, counts: number, scratch: Scratch): boolean {
    const { name } = this;
    const rows = this.#rows;
    if (name === 'count') {
      this.#room.rollingCounts(this.#state.address, 0, this.#end - length, this.#end, rows, 0, counts);
      this.#room.widenCounts(counts, length, out);
      return false;
    }
    if (
      (name === 'sum' || name === 'mean') &&
      this.#slide(this.#tape.address, this.#end - length, this.#end, out, counts)
    ) {
      return false;
    }
    if (this.#spreads) {
      const by = rows - this.#ddof > 0 ? rows - this.#ddof : Number.NaN;
      this.#squares(length, 0, false, 0, by, this.#root, out);
      return this.#room.scaleAnswers(out, length, 1) === 1;
    }
    this.#answer(length, 0, out, counts, scratch);
    return (name === 'sum' || name === 'mean') && this.#room.scaleAnswers(out, length, name === 'sum' ? 1 : rows) === 1;
  }

  /**
   * Sums or means of long batches, read where they lie: pieces from row `start` on whose windows lie in this batch and are tame, and
   * only the last window goes on the tape. Returns the number of rows done, a multiple of 8 unless it is all.
   */
  #direct(vector: ChunkVector, start: number, length: number, out: number, work: number): number {
    const before = (this.#rows + 7) & ~7;
    if (this.#type.kind !== 'float64' || vector.validity !== 0 || (this.name !== 'sum' && this.name !== 'mean'))
      return 0;
    if (this.#rows === 0 || start < before || this.#cleanFrom > this.#end - before) return 0;
    const piece = Math.max(pieceRows, before * 4);
    let from = start;
    while (length - from >= 2 * before) {
      const to = length - from < 2 * piece ? length : from + piece;
      if (!this.#slide(vector.values, from, to, out + from * 8, work)) break;
      from = to;
    }
    if (from === start) return 0;
    this.#end = 0;
    this.#cleanFrom = 0;
    // a last piece need not end on a multiple of 8
    const first = (from - before) & ~7;
    this.#append(vector, first, from - first);
    this.#span = this.#rows;
    this.#markFull();
    return from - start;
  }

  /**
   * Sums or means of rows [from, to) of `values` by adding what comes and subtracting what goes, when both are exact: the values are
   * finite and their magnitudes not too far apart; see assembly/window/sliding.ts. `work` has 16 bytes. Returns whether it was done.
   */
  #slide(values: number, from: number, to: number, out: number, work: number): boolean {
    const rows = this.#rows;
    const length = to - from;
    // Each call sums one window anew, and needs a ring.
    if (length < rows || rows > mostBlockRows) return false;
    this.#room.magnitudes(values + (from - rows + 1) * 8, length + rows - 1, work);
    const { f64: doubles, i32 } = this.#memory;
    const [most, least] = [doubles[work / 8]!, doubles[work / 8 + 1]!];
    if (!(most < 1e290) || (most > 0 && !((most / least) * length * rows < 2 ** 51))) return false;
    const m = most === 0 ? 1 : 1.5 * 2 ** (Math.ceil(Math.log2(most * rows)) + 1);
    const by = this.name === 'sum' ? 1 : rows;
    const ring = this.#suffix.address + suffixes * this.#reach * 8;
    if (this.#room.slidingSums(values, from, to, rows, m, by, ring, out) === 0) return false;
    // Nothing is known of prefix and suffix any more: the next row begins them.
    i32[this.#state.address / 4 + MIDDLE] = -0x8000_0000;
    return true;
  }

  /** The window of the last row is full and has no missing values. */
  #markFull(): void {
    const { i32 } = this.#memory;
    i32[this.#state.address / 4 + HELD_FROM] = this.#end - this.#rows;
    i32[this.#state.address / 4 + HELD] = this.#rows;
  }

  get #spreads(): boolean {
    return this.name === 'var' || this.name === 'std';
  }

  get #root(): number {
    return this.name === 'std' ? 1 : 0;
  }

  get #ddof(): number {
    return (this.#parameters['ddof'] as number | undefined) ?? 1;
  }

  /** Sums of squared differences to the mean, by `by`; counts too, unless they are at 0. */
  #squares(
    length: number,
    spans: number,
    missing: boolean,
    counts: number,
    by: number,
    root: number,
    out: number,
  ): void {
    const [state, to] = [this.#state.address, this.#end];
    const from = to - length;
    const holes = missing ? 1 : 0;
    this.#room.rollingSquares(state, this.#tape.address, from, to, this.#rows, spans, counts, holes, by, root, out);
  }

  /** Sums, or whole answers. */
  #answer(length: number, spans: number, out: number, counts: number, scratch: Scratch): void {
    const room = this.#room;
    const [state, tape, to, rows] = [this.#state.address, this.#tape.address, this.#end, this.#rows];
    const from = to - length;
    switch (this.name) {
      case 'sum':
      case 'mean':
        room.rollingSums(state, tape, from, to, rows, spans, out);
        break;
      case 'min':
        room.rollingMins(state, tape, from, to, rows, spans, out);
        break;
      case 'max':
        room.rollingMaxs(state, tape, from, to, rows, spans, out);
        break;
      case 'count':
        room.widenCounts(counts, length, out);
        break;
      case 'first':
        room.rollingFirsts(state, tape, from, to, rows, spans, out);
        break;
      case 'last':
        room.rollingLasts(state, tape, from, to, rows, spans, out);
        break;
      default: {
        const q = this.name === 'median' ? 0.5 : (this.#parameters['q'] as number);
        const mode = this.name === 'median' ? 0 : modeOf(this.#parameters);
        if (this.#span > length * shortBatch) {
          this.#ordered ??= new OrderedTape(this.#memory, this.#owner);
          this.#ordered.quantiles(tape, from, to, this.#span, rows, spans, q, mode, out);
        } else {
          this.#ordered?.forget();
          const work = scratch.take((length + this.#span + 1) * 29 + 8320);
          this.#order.rollingQuantiles(tape, from, to, rows, spans, q, mode, work, out);
        }
      }
    }
  }

  /** What a missing value is on the tape. */
  #missing(): number {
    if (this.name === 'min') return Number.POSITIVE_INFINITY;
    if (this.name === 'max') return Number.NEGATIVE_INFINITY;
    return this.name === 'sum' || this.name === 'mean' ? 0 : Number.NaN;
  }

  #append(vector: ChunkVector, start: number, rows: number): void {
    if (this.#end + rows > this.#capacity) this.#shift();
    if (this.#end + rows > this.#capacity) this.#growTape(this.#end + Math.max(rows, this.#span));
    const values = vector.values + (this.#type.kind === 'bool' ? start / 8 : start * widthOf(this.#type));
    const validity = vector.validity === 0 ? 0 : vector.validity + start / 8;
    const [tape, have] = [this.#tape.address + this.#end * 8, this.#have.address + this.#end];
    const absent = this.#write(values, validity, rows, this.#missing(), tape, have);
    this.#end += rows;
    if (absent > 0) this.#cleanFrom = this.#end;
  }

  /** Moves the rows of the last window to the front of the tape. */
  #shift(): void {
    const by = this.#end - this.#span;
    if (by <= 0) return;
    const { bulk, i32 } = this.#memory;
    bulk.copy(this.#tape.address, this.#tape.address + by * 8, this.#span * 8);
    bulk.copy(this.#have.address, this.#have.address + by, this.#span);
    for (const place of [MIDDLE, BASE, LAST, HELD_FROM]) {
      // far enough below is below
      i32[this.#state.address / 4 + place] = Math.max(i32[this.#state.address / 4 + place]! - by, -0x8000_0000);
    }
    this.#end -= by;
    this.#cleanFrom -= by;
  }

  #growTape(rows: number): void {
    this.#tape.grow(this.#end * 8, rows * 8);
    this.#capacity = Math.floor(this.#tape.bytes / 8);
    this.#have.grow(this.#end, this.#capacity);
  }

  /** Room for windows of `rows` rows; what is in the suffix arrays stays. */
  #growSuffix(rows: number): void {
    const used = this.#reach;
    const blocks = this.#rows > 0 && this.#rows <= mostBlockRows;
    const old = this.#suffix.address;
    const { bulk, u32 } = this.#memory;
    const places = this.#state.address / 4 + SUFFIX;
    const before = Array.from(u32.slice(places, places + suffixes));
    const bytes = rows * 8;
    this.#suffix.address = 0;
    const address = this.#suffix.grow(0, bytes * (suffixes + (blocks ? Math.max(nexts, ringArrays) : 0)));
    // kernels go block by block when they are given the arrays for it
    const count = suffixes + (blocks && this.#rows >= leastBlockRows ? nexts : 0);
    for (let i = 0; i < count; i++) {
      this.#memory.u32[places + i] = address + i * bytes;
      if (i < suffixes && used > 0) bulk.copy(address + i * bytes, before[i]!, used * 8);
    }
    this.#memory.free(old);
    this.#reach = rows;
  }
}

/** Writes values of `type` as f64 with a byte each that says whether there is one. */
export function tapeKernel(room: WindowRoom, { kind }: DataType): Tape {
  switch (kind) {
    case 'bool':
      return room.tapeBits;
    case 'int8':
      return room.tapeI8;
    case 'int16':
      return room.tapeI16;
    case 'int32':
    case 'date32':
      return room.tapeI32;
    case 'uint8':
      return room.tapeU8;
    case 'uint16':
      return room.tapeU16;
    case 'uint32':
      return room.tapeU32;
    case 'uint64':
      return room.tapeU64;
    case 'float32':
      return room.tapeF32;
    case 'float64':
      return room.tapeF64;
    default:
      return room.tapeI64;
  }
}
