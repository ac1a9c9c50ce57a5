import { type ChunkVector, chunkVector } from '../../column/chunk.ts';
import { GrowingDictionary } from '../../column/growing-dictionary.ts';
import { vectorOf } from '../../column/vector-of.ts';
import type { Memory } from '../../memory/memory.ts';
import type { Scratch } from '../../memory/scratch.ts';
import { utf8 } from '../../schema/data-type.ts';
import type { Field } from '../../schema/schema.ts';
import { paneMarks } from '../../window/window.ts';
import type { WindowSpan, WindowSpans } from '../../window/windower.ts';

/** The columns that stand in front of keys and results: where the window lies, why it is shown, and whether that is taken back. */
export class PaneColumns {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #fields: readonly Field[];
  #words: GrowingDictionary | null = null;

  constructor(memory: Memory, scratch: Scratch, fields: readonly Field[]) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#fields = fields;
  }

  /** @param pane a place in `paneMarks` */
  vectors(span: WindowSpan | WindowSpans, pane: number, count: number): ChunkVector[] {
    return this.#fields.map(({ name, type }) => {
      switch (name) {
        case 'windowStart':
          return chunkVector(type, 'start' in span ? this.#times(span.start, count) : span.starts);
        case 'windowEnd':
          return chunkVector(type, 'start' in span ? this.#times(span.end, count) : span.ends);
        case 'pane':
          return chunkVector(type, this.#codes(pane, count), 0, 0, this.#dictionary);
        default:
          return chunkVector(type, this.#scratch.takeZeroed((count + 7) >> 3));
      }
    });
  }

  dispose(): void {
    this.#words?.dispose();
    this.#words = null;
  }

  get #dictionary(): GrowingDictionary {
    if (!this.#words) {
      this.#words = new GrowingDictionary(this.#memory);
      this.#words.add(vectorOf(utf8(), [...paneMarks])); // codes as they stand there
    }
    return this.#words;
  }

  #times(ticks: bigint, count: number): number {
    const values = this.#scratch.take(count * 8);
    this.#memory.bulk.fillI64(values, ticks, count);
    return values;
  }

  #codes(code: number, count: number): number {
    const codes = this.#scratch.take(count * 4 + 4);
    this.#memory.bulk.fillI64(codes, BigInt(code) * 0x1_0000_0001n, (count + 1) >> 1); // two at a time
    return codes;
  }
}
