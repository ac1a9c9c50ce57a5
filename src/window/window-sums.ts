import type { AggregateBlock } from './group-state.ts';
import type { GroupSum, SavedSum } from './group-sum.ts';
import type { Pane } from './pane.ts';
import type { GroupHolder, PaneStore } from './pane-store.ts';

/** A cell of the grid that has rows, and where they are counted; a pane that nobody needs any more is gone. */
export interface Slice {
  readonly cell: bigint;
  pane: Pane | null;
}

interface FrontSum {
  readonly cell: bigint;
  sum: GroupSum;
}

export interface SumOptions {
  /** Slices that sums hold are marked so, and what comes for them later is handed over with `onNew`. */
  readonly follows: boolean;
  /** Panes that aren't needed any more once sums hold them are closed. */
  readonly frees: boolean;
}

/** The sums of a window's slices as a checkpoint keeps them. */
export interface SavedSums {
  readonly front: readonly { readonly cell: bigint; readonly sum: SavedSum }[];
  readonly back: readonly bigint[];
  readonly backSum: SavedSum;
  readonly to: bigint | null;
}

/** Sums that are kept for the next windows. */
const mostSpare = 64;

/**
 * Sums of windows over slices, one window after another. Slices form two stacks, so that a window costs some three merges and not as many
 * as it has slices:
 *
 * ```
 *           front (each holds itself and all after it)   back         not reached yet
 *  slices   [s0+s1+s2] [s1+s2] [s2]                      [s3] [s4]    [s5] …
 *                                                        backSum = s3+s4
 *  window   front[0] + backSum
 * ```
 * When the front runs empty, the back is turned into the next front, newest slice first.
 *
 * @see Tangwongsan, Hirzel & Schneider 2015, "General Incremental Sliding-Window Aggregation" (two stacks)
 */
export class WindowSums implements GroupHolder {
  readonly #make: () => GroupSum;
  readonly #store: PaneStore;
  readonly #options: SumOptions;
  readonly #spare: GroupSum[] = [];
  #front: FrontSum[] = [];
  #back: Slice[] = [];
  readonly #backSum: GroupSum;
  readonly #result: GroupSum;
  /** Slices before this are in the stacks, or left them. */
  #to: bigint | null = null;

  /** @param make an empty sum */
  constructor(make: () => GroupSum, store: PaneStore, options: SumOptions) {
    this.#make = make;
    this.#store = store;
    this.#options = options;
    this.#backSum = this.#make();
    this.#result = this.#make();
  }

  /** Slices before this cell are in the stacks; null before the first window. */
  get to(): bigint | null {
    return this.#to;
  }

  /**
   * The sum of the slices with from ≤ cell < to, good until the next call. Bounds never go back.
   *
   * @param next where the next window begins: what is before it is not asked for again
   */
  window(from: bigint, to: bigint, next: bigint, slices: readonly Slice[]): GroupSum {
    this.#takeIn(to, slices);
    while (this.#front.length > 0 && this.#front[0]!.cell < from) this.#free(this.#front.shift()!.sum);
    if (this.#front.length === 0 && this.#back.length > 0 && this.#back[0]!.cell < from) this.#turn(from);
    const first = this.#front[0];
    if (!first) return this.#backSum;
    if (this.#back.length === 0) return first.sum;
    if (first.cell < next) {
      // no other window needs it as it is
      first.sum.addSum(this.#backSum);
      return first.sum;
    }
    this.#result.clear();
    this.#result.addSum(first.sum);
    this.#result.addSum(this.#backSum);
    return this.#result;
  }

  /** A slice that had no rows, between those that are in the stacks. */
  insert(slice: Slice): void {
    const { cell } = slice;
    const newest = this.#front.at(-1);
    if (!newest || cell > newest.cell) {
      this.#back.splice(placeOf(this.#back, cell), 0, slice);
      return;
    }
    // between those of the front: begins as what is behind it
    const place = placeOf(this.#front, cell);
    const sum = this.#take();
    sum.addSum(this.#front[place]!.sum);
    this.#front.splice(place, 0, { cell, sum });
  }

  /** Rows came into a slice that is in the stacks: every sum that holds it gets them. */
  onNew(cell: bigint, block: AggregateBlock, groups: number): void {
    const newest = this.#front.at(-1);
    if (!newest || cell > newest.cell) this.#backSum.onNew(block, groups);
    else for (const one of this.#front) if (one.cell <= cell) one.sum.onNew(block, groups);
  }

  markGroups(marks: number): void {
    for (const sum of this.#sums()) sum.markGroups(marks);
  }

  renumber(map: number, length: number): void {
    for (const one of this.#front) one.sum = this.#renumbered(one.sum, map, length);
    const back = this.#renumbered(this.#backSum, map, length);
    this.#backSum.clear();
    this.#backSum.addSum(back);
    this.#free(back);
  }

  /** Begins anew, with any window. */
  clear(): void {
    for (const { sum } of this.#front.splice(0)) this.#free(sum);
    this.#back = [];
    this.#backSum.clear();
    this.#to = null;
  }

  snapshot(): SavedSums {
    return {
      front: this.#front.map(({ cell, sum }) => ({ cell, sum: sum.snapshot() })),
      back: this.#back.map(({ cell }) => cell),
      backSum: this.#backSum.snapshot(),
      to: this.#to,
    };
  }

  /** @throws StateError when the states are of other aggregations */
  restore({ front, back, backSum, to }: SavedSums, slices: readonly Slice[]): void {
    this.clear();
    this.#front = front.map(({ cell, sum }) => {
      const loaded = this.#take();
      loaded.restore(sum);
      return { cell, sum: loaded };
    });
    // slices that no window needs any more stay until the back is turned
    this.#back = back.map(cell => slices.find(slice => slice.cell === cell) ?? { cell, pane: null });
    this.#backSum.restore(backSum);
    this.#to = to;
  }

  dispose(): void {
    for (const sum of [...this.#sums(), this.#result, ...this.#spare]) sum.dispose();
    this.#front = [];
    this.#spare.length = 0;
  }

  /** Slices up to `to` go on the back stack. */
  #takeIn(to: bigint, slices: readonly Slice[]): void {
    for (let place = this.#to === null ? 0 : placeOf(slices, this.#to); place < slices.length; place++) {
      const slice = slices[place]!;
      if (slice.cell >= to) break;
      this.#backSum.add(slice.pane!);
      if (this.#options.follows) slice.pane!.summed = true;
      this.#back.push(slice);
    }
    if (this.#to === null || to > this.#to) this.#to = to;
  }

  #turn(from: bigint): void {
    const gone = placeOf(this.#back, from);
    this.#front = [];
    for (let at = this.#back.length - 1; at >= gone; at--) {
      const slice = this.#back[at]!;
      const sum = this.#take();
      sum.add(slice.pane!);
      if (this.#front.length > 0) sum.addSum(this.#front.at(-1)!.sum);
      this.#front.push({ cell: slice.cell, sum });
      if (this.#options.frees) this.#close(slice);
    }
    this.#front.reverse();
    this.#back = [];
    this.#backSum.clear();
  }

  #close(slice: Slice): void {
    this.#store.close(slice.pane!);
    slice.pane = null;
  }

  #renumbered(sum: GroupSum, map: number, length: number): GroupSum {
    const taken = this.#make();
    taken.takeOver(sum, map, length);
    if (sum !== this.#backSum) sum.dispose();
    return taken;
  }

  #sums(): GroupSum[] {
    return [...this.#front.map(({ sum }) => sum), this.#backSum];
  }

  #take(): GroupSum {
    return this.#spare.pop() ?? this.#make();
  }

  #free(sum: GroupSum): void {
    if (this.#spare.length >= mostSpare) sum.dispose();
    else {
      sum.clear();
      this.#spare.push(sum);
    }
  }
}

/** Where the first with this cell or a later one is. */
export function placeOf(list: readonly { readonly cell: bigint }[], cell: bigint): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.cell < cell) low = middle + 1;
    else high = middle;
  }
  return low;
}
