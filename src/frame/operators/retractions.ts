import { type ChunkVector, chunkVector } from '../../column/chunk.ts';
import { ChunkBuilder } from '../../column/chunk-builder.ts';
import { takeVector } from '../../column/take.ts';
import { paneRoom } from '../../kernel/pane.ts';
import type { Memory } from '../../memory/memory.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Schema } from '../../schema/schema.ts';
import { loadRows, type SavedRows, saveRows } from '../../window/saved-rows.ts';
import type { Places, WindowSpan, WindowSpans } from '../../window/windower.ts';

const none = 0xffff_ffff;
/** Windows that are over whose memory serves others. */
const mostSpare = 16;

/** What a window has shown, as a checkpoint keeps it. */
interface SavedWindow {
  readonly start: bigint | null;
  readonly rows: SavedRows;
  readonly rowOf: Uint32Array;
}

/** The results that windows have shown and not taken back. */
export class Retractions {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #raw: Schema;
  readonly #owner: string;
  /** By start; sessions, whose places are their own, have one together. */
  readonly #windows = new Map<bigint | null, ShownRows>();
  readonly #spare: ShownRows[] = [];

  /** @param raw the columns that are shown, `retract` among them */
  constructor(memory: Memory, scratch: Scratch, raw: Schema, owner: string) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#raw = raw;
    this.#owner = owner;
  }

  /** Rows will be shown at places: those shown there before go to `out` first. */
  show(
    out: ChunkBuilder,
    vectors: readonly ChunkVector[],
    count: number,
    places: Places,
    span: WindowSpan | WindowSpans,
  ): void {
    this.#windowOf('start' in span ? span.start : null).show(out, vectors, count, places);
  }

  /** The window is over. */
  gone(start: bigint): void {
    const window = this.#windows.get(start);
    if (!window) return;
    this.#windows.delete(start);
    if (this.#spare.length >= mostSpare) window.dispose();
    else {
      window.clear();
      this.#spare.push(window);
    }
  }

  /** These sessions are over. */
  forget(places: Places, count: number): void {
    this.#windows.get(null)?.drop(places, count);
  }

  /** What was shown of these sessions holds no more. */
  takeBack(out: ChunkBuilder, places: Places, count: number): void {
    this.#windows.get(null)?.takeBack(out, places, count);
  }

  /** Place p is map[p] (u32) from now on, for p < length. */
  renumber(map: number, length: number): void {
    for (const window of this.#windows.values()) window.renumber(map, length);
  }

  snapshot(): SavedWindow[] {
    return [...this.#windows].map(([start, window]) => ({ start, ...window.snapshot() }));
  }

  /** @throws StateError when the rows are of other columns */
  restore(saved: readonly SavedWindow[]): void {
    for (const window of this.#windows.values()) window.dispose();
    this.#windows.clear();
    for (const { start, rows, rowOf } of saved) this.#windowOf(start).restore(rows, rowOf);
  }

  dispose(): void {
    for (const window of [...this.#windows.values(), ...this.#spare]) window.dispose();
    this.#windows.clear();
    this.#spare.length = 0;
  }

  #windowOf(start: bigint | null): ShownRows {
    let window = this.#windows.get(start);
    if (!window) {
      window = this.#spare.pop() ?? new ShownRows(this.#memory, this.#scratch, this.#raw, this.#owner);
      this.#windows.set(start, window);
    }
    return window;
  }
}

/** The rows that one window has shown, by the places of its groups. */
class ShownRows {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #raw: Schema;
  readonly #owner: string;
  #rows: ChunkBuilder;
  /** Rows that are not taken back. */
  #live = 0;
  /** u32 by place: its row. */
  #rowOf = 0;
  #places = 0;

  constructor(memory: Memory, scratch: Scratch, raw: Schema, owner: string) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#raw = raw;
    this.#owner = owner;
    this.#rows = this.#newRows();
  }

  show(out: ChunkBuilder, vectors: readonly ChunkVector[], count: number, places: Places): void {
    this.#grow(places.below);
    const before = this.#scratch.take(count * 4 + 4);
    const base = this.#rows.length;
    const found = paneRoom(this.#memory).remember(this.#rowOf, places.at, count, base, before);
    this.#giveBack(out, before, found);
    this.#rows.append(vectors, count);
    this.#live += count - found;
    if (this.#rows.length > 2 * this.#live + 1024) this.#compact();
  }

  takeBack(out: ChunkBuilder, places: Places, count: number): void {
    const [before, found] = this.#removed(places, count);
    this.#giveBack(out, before, found);
  }

  drop(places: Places, count: number): void {
    this.#removed(places, count);
  }

  renumber(map: number, length: number): void {
    const { u32 } = this.#memory;
    const places = Math.min(this.#places, length);
    const rows = u32.slice(this.#rowOf / 4, this.#rowOf / 4 + this.#places);
    const to = u32.slice(map / 4, map / 4 + places);
    this.#memory.bulk.fill(this.#rowOf, 255, this.#places * 4);
    for (const [place, target] of to.entries()) if (target !== none) u32[this.#rowOf / 4 + target] = rows[place]!;
  }

  snapshot(): Omit<SavedWindow, 'start'> {
    this.#compact();
    const { vectors, length } = this.#rows.chunk();
    const rowOf = this.#memory.u32.slice(this.#rowOf / 4, this.#rowOf / 4 + this.#places);
    return { rows: saveRows(this.#memory, vectors, length), rowOf };
  }

  restore(rows: SavedRows, rowOf: Uint32Array): void {
    const types = this.#raw.fields.map(({ type }) => type);
    this.#rows.append(loadRows(this.#memory, this.#scratch, rows, types), rows.length);
    this.#live = rows.length;
    this.#grow(rowOf.length);
    this.#memory.u32.set(rowOf, this.#rowOf / 4);
  }

  clear(): void {
    this.#rows.finish();
    this.#live = 0;
    this.#memory.bulk.fill(this.#rowOf, 255, this.#places * 4);
  }

  dispose(): void {
    this.#rows.dispose();
    this.#memory.free(this.#rowOf);
    this.#rowOf = this.#places = 0;
  }

  #newRows(): ChunkBuilder {
    return new ChunkBuilder(this.#memory, this.#raw, this.#owner, true);
  }

  #removed(places: Places, count: number): [rows: number, found: number] {
    this.#grow(places.below);
    const before = this.#scratch.take(count * 4 + 4);
    const found = paneRoom(this.#memory).unremember(this.#rowOf, places.at, count, before);
    this.#live -= found;
    return [before, found];
  }

  /** Remembered rows go to `out`, as retractions. */
  #giveBack(out: ChunkBuilder, rows: number, count: number): void {
    if (count === 0) return;
    const { vectors } = this.#rows.chunk();
    const retract = this.#raw.indexOf('retract');
    const taken = vectors.map((vector, at) => {
      if (at !== retract) return takeVector(this.#memory, this.#scratch, vector, rows, count);
      const bits = this.#scratch.take((count + 7) >> 3);
      this.#memory.bulk.fill(bits, 255, (count + 7) >> 3);
      return chunkVector(vector.type, bits);
    });
    out.append(taken, count);
  }

  /** Rows that were taken back are dropped. */
  #compact(): void {
    const list = this.#scratch.take(this.#places * 4 + 4);
    const kept = paneRoom(this.#memory).compactRows(this.#rowOf, this.#places, list);
    const { vectors } = this.#rows.chunk();
    const rows = this.#newRows();
    rows.append(
      vectors.map(vector => takeVector(this.#memory, this.#scratch, vector, list, kept)),
      kept,
    );
    this.#rows.dispose();
    this.#rows = rows;
  }

  /** Makes room for places below this. */
  #grow(places: number): void {
    if (places <= this.#places) return;
    const capacity = Math.max(places, this.#places * 2, 64);
    this.#rowOf = this.#memory.reallocate(this.#rowOf, this.#places * 4, capacity * 4, this.#owner);
    this.#memory.bulk.fill(this.#rowOf + this.#places * 4, 255, (capacity - this.#places) * 4);
    this.#places = capacity;
  }
}
