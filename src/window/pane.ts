import type { Accumulator } from '../aggregate/accumulator.ts';
import type { Memory } from '../memory/memory.ts';

// Pane in assembly/pane/panes.ts, in bytes
const START = 0;
const END = 8;
const FIRST = 16;
const LAST = 24;
const MAP = 32;
const HEAD = 36;
const TAIL = 40;
const COUNT = 44;
const TOUCHED = 48;
const FLAGS = 52;
const BASE = 56;

const none = 0xffff_ffff;
const uncounted = 1;
const summed = 2;
const used = 4;

/** Where a pane lies in time, and until when it takes rows; in index ticks. */
export interface PaneSpan {
  /** Rows with start ≤ time < end are its own. */
  readonly start: bigint;
  readonly end: bigint;
  /** The watermark at which the first of the windows over it takes no more rows. */
  readonly first: bigint;
  /** The same of the last of them: then rows are late. */
  readonly last: bigint;
  /** Whether any window covers it. */
  readonly counted: boolean;
}

/** Numbers side by side: `room` of them, from `base` on. */
export interface NumberRange {
  readonly base: number;
  readonly room: number;
}

/** A pane as a checkpoint keeps it. */
export interface SavedPane {
  readonly span: PaneSpan;
  readonly head: number;
  readonly tail: number;
  readonly count: number;
  readonly fired: boolean;
  /** States of aggregations that each pane has of its own. */
  readonly own: readonly unknown[];
}

/** The groups of a stretch of time: a tumbling window, or a slice that sliding windows share. */
export class Pane {
  readonly span: PaneSpan;
  /** Of its record in linear memory. */
  readonly address: number;
  readonly #memory: Memory;
  /** States of aggregations whose groups don't lie side by side; by the group's place in the pane. */
  own: readonly Accumulator[] = [];
  /** Rows of this stretch are not counted any more, and no one but the table holds it. */
  bystander = false;
  /** The numbers that were its own while it was dense, when it is not any more. */
  range: NumberRange | null = null;
  /** For a window: the watermark has passed its end. */
  fired = false;

  constructor(memory: Memory, address: number, span: PaneSpan) {
    this.#memory = memory;
    this.address = address;
    this.span = span;
    const { u32, i64 } = memory;
    const at = address >>> 2;
    for (const [offset, time] of [
      [START, span.start],
      [END, span.end],
      [FIRST, span.first],
      [LAST, span.last],
    ] as const)
      i64[(address + offset) >>> 3] = time;
    for (const offset of [HEAD, TAIL, TOUCHED, BASE]) u32[at + offset / 4] = none;
    for (const offset of [MAP, COUNT]) u32[at + offset / 4] = 0;
    u32[at + FLAGS / 4] = span.counted ? 0 : uncounted;
  }

  /** Groups so far; 0 while it is dense. */
  get count(): number {
    return this.#word(COUNT);
  }

  /** Whether groups changed since the pane was settled. */
  get changed(): boolean {
    return this.#word(TOUCHED) !== none;
  }

  get map(): number {
    return this.#word(MAP);
  }

  /** The number of its group 0, while it is dense: all groups there are have a number in it. */
  get base(): number | null {
    const base = this.#word(BASE);
    return base === none ? null : base;
  }

  set base(number: number | null) {
    this.#memory.u32[(this.address + BASE) >>> 2] = number ?? none;
  }

  /** Whether rows came since this was set to false. */
  get used(): boolean {
    return (this.#word(FLAGS) & used) !== 0;
  }

  set used(value: boolean) {
    this.#flag(used, value);
  }

  /** Whether sums over several panes hold it: then its rows are listed. */
  get summed(): boolean {
    return (this.#word(FLAGS) & summed) !== 0;
  }

  set summed(value: boolean) {
    this.#flag(summed, value);
  }

  snapshot(): SavedPane {
    const { span, own, fired } = this;
    const [head, tail, count] = [this.#word(HEAD), this.#word(TAIL), this.#word(COUNT)];
    return { span, head, tail, count, fired, own: own.map(accumulator => accumulator.snapshot()) };
  }

  load({ head, tail, count, fired }: SavedPane): void {
    this.fired = fired;
    const at = this.address >>> 2;
    this.#memory.u32[at + HEAD / 4] = head;
    this.#memory.u32[at + TAIL / 4] = tail;
    this.#memory.u32[at + COUNT / 4] = count;
  }

  #word(offset: number): number {
    return this.#memory.u32[(this.address + offset) >>> 2]!;
  }

  #flag(bit: number, value: boolean): void {
    const at = (this.address + FLAGS) >>> 2;
    const flags = this.#memory.u32[at]!;
    this.#memory.u32[at] = value ? flags | bit : flags & ~bit;
  }
}
