import type { Scratch } from '../memory/scratch.ts';
import { type AggregateBlock, type GroupSpec, type GroupState, groupsOf, type SavedGroups } from './group-state.ts';
import { PanePool } from './pane-pool.ts';
import { type SavedSlicer, Slicer } from './slicer.ts';
import type { EmitMode } from './window.ts';
import type { Held, PaneSink, Windower, WindowProgress } from './windower.ts';

interface Slice {
  readonly start: bigint;
  readonly state: GroupState;
}

interface SavedSlice {
  readonly start: bigint;
  readonly groups: SavedGroups;
}

/** Slices and open windows as a checkpoint keeps them. */
export interface SavedSliding {
  readonly slicer: SavedSlicer;
  readonly front: readonly SavedSlice[];
  readonly back: readonly SavedSlice[];
  readonly backSum: SavedGroups;
  readonly pending: readonly SavedSlice[];
  /** Windows that closed, for results that wait for the end of the input. */
  readonly due: readonly { readonly end: bigint; readonly groups: SavedGroups }[];
  readonly closedTo: bigint | null;
}

/**
 * Windows [start, start + size), a new one every `step`, closed by the watermark.
 *
 * Windows share slices as wide as the greatest common divisor of size and step: a row is counted once, whatever the overlap. The
 * slices of the newest closed window form two stacks, so that a window costs three merges and not size / step:
 *
 * ```
 *           front (each holds itself and all after it)   back        pending (no closed window covers them)
 *  slices   [s0+s1+s2] [s1+s2] [s2]                      [s3] [s4]   [s5] …
 *                                                        backSum = s3+s4
 *  window   front[0] + backSum
 * ```
 * When the front runs empty, the back is turned into the next front, newest slice first.
 *
 * @see Tangwongsan, Hirzel & Schneider 2015, "General Incremental Sliding-Window Aggregation" (two stacks)
 */
export class Sliding implements Windower {
  readonly #slicer: Slicer;
  readonly #pool: PanePool;
  readonly #scratch: Scratch;
  readonly #size: bigint;
  readonly #step: bigint;
  readonly #width: bigint;
  readonly #endOffset: bigint;
  readonly #emit: EmitMode;
  #front: Slice[] = [];
  #back: Slice[] = [];
  #backSum: GroupState;
  readonly #result: GroupState;
  /** Oldest first. */
  #pending: Slice[] = [];
  /** Windows that end at or before this are closed; null before the first row. */
  #closedTo: bigint | null = null;
  #changedFrom: bigint | null = null;
  #due: { readonly state: GroupState; readonly end: bigint }[] = [];

  constructor(
    spec: GroupSpec,
    scratch: Scratch,
    size: bigint,
    step: bigint,
    offset: bigint,
    delay: bigint,
    emit: EmitMode,
  ) {
    this.#width = gcd(size, step);
    this.#size = size;
    this.#step = step;
    this.#endOffset = offset + size;
    this.#emit = emit;
    this.#scratch = scratch;
    this.#pool = new PanePool(spec);
    this.#backSum = this.#pool.take();
    this.#result = this.#pool.take();
    const geometry = { size: this.#width, offset, reach: size, step };
    this.#slicer = new Slicer(spec.memory, scratch, geometry, delay, spec.owner);
  }

  /** Start of the newest slice with rows. */
  get #newest(): bigint | undefined {
    return (this.#pending.at(-1) ?? this.#back.at(-1) ?? this.#front.at(-1))?.start;
  }

  get progress(): WindowProgress {
    const { watermark, late, untimed } = this.#slicer;
    return { watermark, late, untimed };
  }

  get held(): Held {
    const groups = groupsOf([...this.#front, ...this.#back, ...this.#pending]);
    const newest = this.#newest;
    const end = this.#nextEnd();
    if (newest === undefined || end === null) return { groups, windows: 0 };
    return { groups, windows: Number((newest + this.#size - end) / this.#step) + 1 };
  }

  rows(block: AggregateBlock): void {
    this.#slicer.each(block, this.#add, this.#closeBetweenRows);
  }

  batchEnd(sink: PaneSink): void {
    if (this.#emit === 'end') return;
    this.#showKept(sink);
    const { watermark } = this.#slicer;
    if (watermark !== null) this.#closeTo(watermark, (state, end) => this.#show(sink, state, end));
    if (this.#emit === 'everyBatch' || this.#emit === 'changed') this.#showOpen(sink);
    this.#changedFrom = null;
  }

  end(sink: PaneSink): void {
    this.#showKept(sink);
    const newest = this.#newest;
    if (newest !== undefined) this.#closeTo(newest + this.#size, (state, end) => this.#show(sink, state, end));
  }

  snapshot(): SavedSliding {
    return {
      slicer: this.#slicer.snapshot(),
      front: this.#front.map(savedSlice),
      back: this.#back.map(savedSlice),
      backSum: this.#backSum.snapshot(),
      pending: this.#pending.map(savedSlice),
      due: this.#due.map(({ state, end }) => ({ end, groups: state.snapshot() })),
      closedTo: this.#closedTo,
    };
  }

  /** @throws StateError when the states are of other keys or aggregations */
  restore({ slicer, front, back, backSum, pending, due, closedTo }: SavedSliding): void {
    for (const { state } of [...this.#front, ...this.#back, ...this.#pending, ...this.#due]) this.#pool.give(state);
    this.#slicer.restore(slicer);
    this.#front = front.map(this.#loadedSlice);
    this.#back = back.map(this.#loadedSlice);
    this.#backSum.restore(backSum);
    this.#pending = pending.map(this.#loadedSlice);
    this.#due = due.map(({ end, groups }) => ({ end, state: this.#loaded(groups) }));
    this.#closedTo = closedTo;
    this.#changedFrom = null;
  }

  dispose(): void {
    for (const { state } of [...this.#front, ...this.#back, ...this.#pending]) state.dispose();
    for (const { state } of this.#due) state.dispose();
    this.#backSum.dispose();
    this.#result.dispose();
    this.#pool.dispose();
    this.#slicer.dispose();
  }

  readonly #add = (start: bigint, rows: AggregateBlock): void => {
    if (this.#changedFrom === null || start < this.#changedFrom) this.#changedFrom = start;
    const newestFront = this.#front.at(-1);
    if (newestFront && start <= newestFront.start) {
      // Out of order, into slices that older windows have used: every sum over this slice gets the rows.
      if (!this.#front.some(slice => slice.start === start)) this.#insertFront(start);
      for (const slice of this.#front) if (slice.start <= start) this.#count(slice.state, rows);
      return;
    }
    const newestBack = this.#back.at(-1);
    if (newestBack && start <= newestBack.start) {
      this.#count(sliceAt(this.#back, start, this.#pool).state, rows);
      this.#count(this.#backSum, rows);
      return;
    }
    this.#count(sliceAt(this.#pending, start, this.#pool).state, rows);
  };

  readonly #loadedSlice = ({ start, groups }: SavedSlice): Slice => ({ start, state: this.#loaded(groups) });

  #loaded(groups: SavedGroups): GroupState {
    const state = this.#pool.take();
    state.restore(groups);
    return state;
  }

  #count(state: GroupState, rows: AggregateBlock): void {
    state.onNew(rows, state.keys ? state.ids(rows, this.#scratch.take(rows.length * 4)) : 0);
  }

  /** A slice between those of the front starts as a copy of the sum behind it. */
  #insertFront(start: bigint): void {
    let place = this.#front.length;
    while (place > 0 && this.#front[place - 1]!.start > start) place--;
    const state = this.#pool.take();
    state.merge(this.#front[place]!.state, this.#scratch);
    this.#front.splice(place, 0, { start, state });
  }

  /** Windows due in the middle of a block are kept aside (as copies) until the batch is over. */
  readonly #closeBetweenRows = (): void => {
    const { watermark } = this.#slicer;
    if (watermark === null) return;
    this.#closeTo(watermark, (state, end) => {
      const copy = this.#pool.take();
      copy.merge(state, this.#scratch);
      this.#due.push({ state: copy, end });
    });
  };

  #showKept(sink: PaneSink): void {
    for (const { state, end } of this.#due.splice(0)) {
      this.#show(sink, state, end);
      this.#pool.give(state);
    }
  }

  /** Closes every window with rows that ends at or before `watermark`, oldest first. */
  #closeTo(watermark: bigint, show: (state: GroupState, end: bigint) => void): void {
    for (let end = this.#nextEnd(); end !== null && end <= watermark; end = this.#nextEnd()) {
      this.#advance(end);
      show(this.#sumOf(end), end);
      this.#closedTo = end;
    }
    this.#closedTo = watermark;
    this.#slicer.closed = watermark;
  }

  /** The end of the earliest window that is not closed and covers a slice. */
  #nextEnd(): bigint | null {
    const after = this.#closedTo;
    for (const slices of [this.#front, this.#back, this.#pending]) {
      for (const { start } of slices) {
        const first = this.#endAtOrAfter(start + this.#width);
        const end = after !== null && first <= after ? this.#endAtOrAfter(after + 1n) : first;
        if (end - this.#size <= start) return end;
      }
    }
    return null;
  }

  #endAtOrAfter(time: bigint): bigint {
    const past = mod(time - this.#endOffset, this.#step);
    return past === 0n ? time : time - past + this.#step;
  }

  /** Brings the stacks to the window that ends at `end`: newer slices in, older ones out. */
  #advance(end: bigint): void {
    const start = end - this.#size;
    while (this.#pending.length > 0 && this.#pending[0]!.start < end) {
      const slice = this.#pending.shift()!;
      this.#backSum.merge(slice.state, this.#scratch);
      this.#back.push(slice);
    }
    while (this.#front.length > 0 && this.#front[0]!.start < start) this.#pool.give(this.#front.shift()!.state);
    if (this.#front.length === 0 && this.#back.length > 0 && this.#back[0]!.start < start) this.#turn(start);
  }

  #turn(start: bigint): void {
    while (this.#back.length > 0 && this.#back[0]!.start < start) this.#pool.give(this.#back.shift()!.state);
    this.#front = this.#back;
    this.#back = [];
    for (let at = this.#front.length - 2; at >= 0; at--)
      this.#front[at]!.state.merge(this.#front[at + 1]!.state, this.#scratch);
    this.#backSum.clear();
  }

  /** The window that ends at `end`, in a state that is good until the next call. */
  #sumOf(end: bigint): GroupState {
    const start = end - this.#size;
    const result = this.#result;
    result.clear();
    const front = this.#front.find(slice => slice.start >= start);
    if (front) result.merge(front.state, this.#scratch);
    if (this.#back.length > 0 && this.#back[0]!.start >= start) result.merge(this.#backSum, this.#scratch);
    else for (const slice of this.#back) if (slice.start >= start) result.merge(slice.state, this.#scratch);
    for (const slice of this.#pending)
      if (slice.start >= start && slice.start < end) result.merge(slice.state, this.#scratch);
    return result;
  }

  /** Windows that have rows but have not closed: all of them, or those that the batch changed. */
  #showOpen(sink: PaneSink): void {
    const newest = this.#newest;
    const from = this.#emit === 'everyBatch' ? this.#nextEnd() : this.#changedFrom;
    if (newest === undefined || from === null) return;
    let end = this.#emit === 'everyBatch' ? from : this.#endAtOrAfter(from + this.#width);
    if (this.#closedTo !== null && end <= this.#closedTo) end = this.#endAtOrAfter(this.#closedTo + 1n);
    for (; end - this.#size <= newest; end += this.#step) this.#show(sink, this.#sumOf(end), end);
  }

  #show(sink: PaneSink, state: GroupState, end: bigint): void {
    if (state.size === 0) return;
    sink.pane(state, state.keys ? state.keys.sorted() : 0, state.size, end - this.#size, end);
  }
}

const savedSlice = ({ start, state }: Slice): SavedSlice => ({ start, groups: state.snapshot() });

function sliceAt(slices: Slice[], start: bigint, pool: PanePool): Slice {
  let place = slices.length;
  while (place > 0 && slices[place - 1]!.start > start) place--;
  const found = slices[place - 1];
  if (found?.start === start) return found;
  const slice = { start, state: pool.take() };
  slices.splice(place, 0, slice);
  return slice;
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

function mod(a: bigint, b: bigint): bigint {
  const rest = a % b;
  return rest < 0n ? rest + b : rest;
}
