import type { Batch } from '../column/batch.ts';
import { pickRows, sliceBatch } from '../column/pick-rows.ts';
import { loadBatch, type SavedBatch, saveBatch } from '../column/saved-batch.ts';

/** Which rows stay: all, the last `rows`, or those with a time above (newest − `range`); `ticksOf` reads a batch's times. */
export type RowExtent =
  | { readonly kind: 'everything' }
  | { readonly kind: 'rows'; readonly rows: number }
  | { readonly kind: 'range'; readonly range: bigint; readonly ticksOf: (batch: Batch) => BigInt64Array };

/** A batch of which some rows are still in the window. */
interface Kept {
  readonly batch: Batch;
  /** Times of its rows, for a window over time. */
  readonly ticks: BigInt64Array | null;
  readonly sorted: boolean;
  /** No row is older; also the bound of rows that have left, so that it never falls along batches that came in order. */
  readonly oldest: bigint;
}

/** What a batch does to a window; nothing has changed until it is committed. */
export interface WindowStep {
  /** The batch without rows that have no time. */
  readonly arrived: Batch;
  /** Rows that leave: one part of each batch that loses some, oldest batch first, the new one last. */
  readonly leaving: readonly Batch[];
  /** How many of the oldest batches leave whole. */
  readonly gone: number;
  /** What becomes of batches that lose a part, by their place. */
  readonly cut: ReadonlyMap<number, Kept>;
  readonly added: Kept | null;
  readonly newest: bigint | null;
}

/** The rows of a window as plain values. */
export interface SavedRowWindow {
  readonly batches: readonly SavedBatch[];
  readonly newest: bigint | null;
}

/**
 * The rows in a window as the user's functions take them: the batches themselves on the JavaScript heap, shared with whoever kept
 * them. Rows leave by batches, cut where the window's edge goes through one, so that a user's `onOld` gets what `onNew` got.
 *
 * A batch costs what it brings and what it removes, however many are in the window; only while a batch that came late is in a
 * window over time, all are looked at.
 */
export class RowWindow {
  readonly #extent: RowExtent;
  #kept: Kept[] = [];
  /** Batches before this place have left. */
  #head = 0;
  #rows = 0;
  #newest: bigint | null = null;
  #lastOldest: bigint | null = null;
  /** Batches from this place on came in the order of their times; those before may not have. */
  #orderedFrom = 0;

  constructor(extent: RowExtent) {
    this.#extent = extent;
  }

  /** The batches in the window, oldest first. */
  get batches(): Batch[] {
    return this.#kept.slice(this.#head).map(({ batch }) => batch);
  }

  save(): SavedRowWindow {
    return { batches: this.batches.map(saveBatch), newest: this.#newest };
  }

  /** Goes on where a window without rows yet was saved. */
  load({ batches, newest }: SavedRowWindow): void {
    for (const batch of batches) this.commit(this.step(loadBatch(batch)));
    this.#newest = newest;
  }

  /** What happens when `batch` arrives. */
  step(batch: Batch): WindowStep {
    const extent = this.#extent;
    if (extent.kind === 'everything') return this.#stay(batch);
    if (extent.kind === 'rows') return this.#byCount(batch, extent.rows);
    return this.#byTime(batch, extent.range, extent.ticksOf);
  }

  commit({ arrived, leaving, gone, cut, added, newest }: WindowStep): void {
    const late = added !== null && this.#lastOldest !== null && added.oldest < this.#lastOldest;
    for (const [place, kept] of cut) this.#kept[place] = kept;
    this.#head += gone;
    if (added) this.#kept.push(added);
    if (late) this.#orderedFrom = this.#kept.length;
    else if (added) this.#lastOldest = added.oldest;
    this.#newest = newest;
    this.#rows += arrived.length - leaving.reduce((sum, { length }) => sum + length, 0);
    while (this.#head < this.#kept.length && this.#kept[this.#head]!.batch.length === 0) this.#head++;
    if (this.#head > 32 && this.#head * 2 > this.#kept.length) {
      this.#kept.splice(0, this.#head);
      this.#orderedFrom = Math.max(0, this.#orderedFrom - this.#head);
      this.#head = 0;
    }
  }

  #stay(batch: Batch): WindowStep {
    const added = batch.length > 0 ? untimed(batch) : null;
    return { arrived: batch, leaving: [], gone: 0, cut: new Map(), added, newest: null };
  }

  #byCount(batch: Batch, rows: number): WindowStep {
    let over = this.#rows + batch.length - rows;
    const leaving: Batch[] = [];
    const cut = new Map<number, Kept>();
    let place = this.#head;
    for (; over > 0 && place < this.#kept.length; place++) {
      const kept = this.#kept[place]!.batch;
      const count = Math.min(over, kept.length);
      if (count > 0) leaving.push(sliceBatch(kept, 0, count));
      over -= count;
      if (count === kept.length) continue;
      cut.set(place, untimed(sliceBatch(kept, count, kept.length)));
      break;
    }
    let rest = batch;
    if (over > 0) {
      leaving.push(sliceBatch(batch, 0, over));
      rest = sliceBatch(batch, over, batch.length);
    }
    const added = rest.length > 0 ? untimed(rest) : null;
    return { arrived: batch, leaving, gone: place - this.#head, cut, added, newest: null };
  }

  #byTime(batch: Batch, range: bigint, ticksOf: (batch: Batch) => BigInt64Array): WindowStep {
    const arrived = timedRows(batch);
    const incoming = arrived.length > 0 ? timed(arrived, ticksOf(arrived)) : null;
    let newest = this.#newest;
    if (incoming) for (const tick of lastOrAll(incoming)) if (newest === null || tick > newest) newest = tick;
    const leaving: Batch[] = [];
    const cut = new Map<number, Kept>();
    if (newest === null || incoming === null) return { arrived, leaving, gone: 0, cut, added: null, newest };
    const limit = newest - range;
    let gone = 0;
    for (let place = this.#head; place < this.#kept.length; place++) {
      const kept = this.#kept[place]!;
      if (kept.oldest > limit) {
        if (place >= this.#orderedFrom) break;
        continue;
      }
      const { out, stays } = split(kept, limit);
      if (out.length > 0) leaving.push(out);
      if (stays === null && gone === place - this.#head) gone++;
      else cut.set(place, stays ?? emptied(kept));
    }
    const { out, stays } = split(incoming, limit);
    if (out.length > 0) leaving.push(out);
    return { arrived, leaving, gone, cut, added: stays, newest };
  }
}

const untimed = (batch: Batch): Kept => ({ batch, ticks: null, sorted: true, oldest: 0n });

/** A batch that left from the middle of the window: an empty one holds its place. */
const emptied = ({ batch, oldest }: Kept): Kept => ({
  batch: sliceBatch(batch, 0, 0),
  ticks: new BigInt64Array(0),
  sorted: true,
  oldest,
});

function timed(batch: Batch, ticks: BigInt64Array): Kept {
  let oldest = ticks[0]!;
  let sorted = true;
  for (let row = 1; row < ticks.length; row++) {
    const tick = ticks[row]!;
    if (tick < ticks[row - 1]!) sorted = false;
    if (tick < oldest) oldest = tick;
  }
  return { batch, ticks, sorted, oldest };
}

const lastOrAll = ({ ticks, sorted }: Kept): BigInt64Array => (sorted ? ticks!.subarray(-1) : ticks!);

/** A batch without the rows that have no time. */
function timedRows(batch: Batch): Batch {
  const { index } = batch;
  if (index === null || index.nullCount === 0) return batch;
  const rows: number[] = [];
  for (let row = 0; row < batch.length; row++) if (index.isValid(row)) rows.push(row);
  return pickRows(batch, rows);
}

/** The rows at or before `limit`, and what is left, if anything. */
function split(kept: Kept, limit: bigint): { readonly out: Batch; readonly stays: Kept | null } {
  const { batch, ticks, sorted, oldest } = kept;
  const { length } = batch;
  if (sorted) {
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ticks![middle]! <= limit) low = middle + 1;
      else high = middle;
    }
    const left = ticks!.subarray(low);
    const stays = low === length ? null : { batch: sliceBatch(batch, low, length), ticks: left, sorted, oldest };
    return { out: sliceBatch(batch, 0, low), stays: low === 0 ? kept : stays };
  }
  const outside: number[] = [];
  const inside: number[] = [];
  for (let row = 0; row < length; row++) (ticks![row]! <= limit ? outside : inside).push(row);
  const left = BigInt64Array.from(inside, row => ticks![row]!);
  return {
    out: pickRows(batch, outside),
    stays: inside.length === 0 ? null : { ...timed(pickRows(batch, inside), left), oldest },
  };
}
