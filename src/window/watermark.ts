import type { Memory } from '../memory/memory.ts';

// Watermark in assembly/pane/watermark.ts, in i64 places
const highest = 0;
const cap = 1;
const given = 2;
const delay = 3;
const bytes = 32;

/** No time at all: before every row. */
export const beforeAll: bigint = -(2n ** 63n);
/** After every row. */
export const afterAll: bigint = 2n ** 63n - 1n;

/** A watermark as a checkpoint keeps it, in index ticks. */
export interface SavedWatermark {
  readonly highest: bigint;
  readonly given: bigint;
}

/**
 * How far time has come: no rows before it are expected any more. It follows the highest time of the rows, `delay` behind; kernels that cut
 * rows into windows move it row by row, at `address`.
 */
export class Watermark {
  readonly address: number;
  readonly #memory: Memory;

  /** @param behind how much later than a newer row a row may come, in index ticks */
  constructor(memory: Memory, behind: bigint, owner: string) {
    this.#memory = memory;
    this.address = memory.allocate(bytes, owner);
    this.#set(highest, beforeAll);
    this.#set(cap, afterAll);
    this.#set(given, beforeAll);
    this.#set(delay, behind);
  }

  /** In index ticks; null before the first row. */
  get value(): bigint | null {
    const [least, said] = [this.#get(highest), this.#get(given)];
    const limit = this.#get(cap);
    const seen = least < limit ? least : limit;
    if (seen === beforeAll) return said === beforeAll ? null : said;
    const mark = seen - this.#get(delay);
    return mark > said ? mark : said;
  }

  snapshot(): SavedWatermark {
    return { highest: this.#get(highest), given: this.#get(given) };
  }

  restore(saved: SavedWatermark): void {
    this.#set(highest, saved.highest);
    this.#set(given, saved.given);
  }

  dispose(): void {
    this.#memory.free(this.address);
  }

  #get(place: number): bigint {
    return this.#memory.i64[this.address / 8 + place]!;
  }

  #set(place: number, value: bigint): void {
    this.#memory.i64[this.address / 8 + place] = value;
  }
}
