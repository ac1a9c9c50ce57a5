import type { Memory } from '../memory/memory.ts';

// Watermark in assembly/shared/watermark.ts, in i64 places
const highest = 0;
const cap = 1;
const given = 2;
const delay = 3;
const bytes = 32;

/** No time at all: before every row. */
export const beforeAll: bigint = -(2n ** 63n);
/** After every row. */
export const afterAll: bigint = 2n ** 63n - 1n;

/** The inputs that rows come from, as watermarks see them. */
export interface WatermarkInputs {
  /** Counts the changes of all that is below. */
  readonly version: number;
  /** The one whose rows come now; null when that is none that is waited for. */
  readonly current: string | null;
  /** Those that are waited for. */
  readonly awaited: readonly string[];
  /** What was said of the times in a column of the source, in its ticks; `beforeAll`: nothing. */
  givenOf(column: string): bigint;
}

/** What a watermark follows beside the rows. */
export interface Followed {
  readonly inputs: WatermarkInputs;
  /** The source's column that holds the times; null when they are computed. */
  readonly column: string | null;
}

/** A watermark as a checkpoint keeps it, in index ticks. */
export interface SavedWatermark {
  /** The highest time of each input. */
  readonly inputs: ReadonlyMap<string, bigint>;
  readonly value: bigint;
}

/**
 * How far time has come: no rows before it are expected any more. It follows the highest time of each input, `delay` behind, and is the least
 * of these; kernels that cut rows into windows move it row by row, at `address`. It never goes back: an input that comes late, or again, finds
 * it where it is.
 */
export class Watermark {
  readonly address: number;
  readonly #memory: Memory;
  readonly #followed: Followed | null;
  #version = -1;
  /** The input whose highest time kernels move. */
  #current: string | null = '';
  readonly #highest = new Map<string, bigint>();

  /**
   * @param behind how much later than a newer row a row may come, in index ticks
   * @param followed null for rows that come from no input: results of other windows
   */
  constructor(memory: Memory, behind: bigint, owner: string, followed: Followed | null) {
    this.#memory = memory;
    this.#followed = followed;
    this.address = memory.allocate(bytes, owner);
    this.#set(highest, beforeAll);
    this.#set(cap, afterAll);
    this.#set(given, beforeAll);
    this.#set(delay, behind);
  }

  /** In index ticks; null before the first row. */
  get value(): bigint | null {
    const value = this.#value;
    return value === beforeAll ? null : value;
  }

  /** Takes up whose rows come now, which inputs are waited for, and what was said; whether the watermark has moved. */
  follow(): boolean {
    if (!this.#followed || this.#followed.inputs.version === this.#version) return false;
    const { inputs, column } = this.#followed;
    this.#version = inputs.version;
    const before = this.#value;
    this.#note();
    const { current, awaited } = inputs;
    this.#current = current;
    const others = awaited.filter(name => name !== current).map(name => this.#highestOf(name));
    const least = others.reduce(lesser, afterAll);
    if (current !== null) this.#set(highest, this.#highestOf(current));
    // what is waited for holds all back; if that is nothing, nothing does
    else this.#set(highest, others.length > 0 ? least : [...this.#highest.values()].reduce(greater, beforeAll));
    this.#set(cap, current === null ? afterAll : least);
    this.#set(given, greater(before, column === null ? beforeAll : inputs.givenOf(column)));
    return this.#value > before;
  }

  /** A row came with this time that no kernel has seen. */
  raise(time: bigint): void {
    if (time > this.#get(highest)) this.#set(highest, time);
  }

  snapshot(): SavedWatermark {
    this.#note();
    return { inputs: new Map(this.#highest), value: this.#value };
  }

  restore({ inputs, value }: SavedWatermark): void {
    this.#highest.clear();
    for (const [name, time] of inputs) this.#highest.set(name, time);
    this.#current = this.#followed ? null : '';
    this.#version = -1;
    this.#set(highest, this.#current === null ? beforeAll : this.#highestOf(''));
    this.#set(cap, afterAll);
    this.#set(given, value);
  }

  dispose(): void {
    this.#memory.free(this.address);
  }

  get #value(): bigint {
    const least = lesser(this.#get(highest), this.#get(cap));
    return least === beforeAll ? this.#get(given) : greater(least - this.#get(delay), this.#get(given));
  }

  /** Kernels have moved the highest time of the current input. */
  #note(): void {
    if (this.#current !== null && this.#get(highest) !== beforeAll)
      this.#highest.set(this.#current, this.#get(highest));
  }

  #highestOf(input: string): bigint {
    return this.#highest.get(input) ?? beforeAll;
  }

  #get(place: number): bigint {
    return this.#memory.i64[this.address / 8 + place]!;
  }

  #set(place: number, value: bigint): void {
    this.#memory.i64[this.address / 8 + place] = value;
  }
}

const lesser = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b);
