import type { ChunkVector } from '../column/chunk.ts';
import { OptionError } from '../errors.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type RollingColumnSpec, RollingSet } from '../rolling/rolling-set.ts';
import type { RollingExtent } from '../rolling/row-pool.ts';
import type { RowGroups, Scan, ScanOptions } from './scan.ts';

/** A table of fewer keys is not made smaller. */
const leastKeys = 4096;

/** Answers for the windows of each row, of all rows or of its group's; several at once. */
export class RollingWindows implements Scan {
  readonly #scratch: Scratch;
  readonly #set: RollingSet;

  /**
   * @param n rows of a window, or a span of time
   * @throws OptionError for a span that makes no sense
   */
  constructor(options: Omit<ScanOptions, 'parameters'>, n: number | string, columns: readonly RollingColumnSpec[]) {
    const { memory, scratch, owner, types, keyed, index } = options;
    const extent: RollingExtent = typeof n === 'number' ? { rows: n } : { range: index!.ticks(n, 'rolling') };
    if ('range' in extent && extent.range <= 0n) {
      throw new OptionError('rolling', `rolling: a span of ${n} holds no rows; give one above 0`);
    }
    this.#scratch = scratch;
    this.#set = new RollingSet({ memory, owner, extent, keyed, types, columns });
  }

  rows(vectors: readonly ChunkVector[], length: number, times: number, groups: RowGroups | null): ChunkVector[] {
    return this.#set.push(vectors, length, groups?.ids ?? 0, groups?.count ?? 1, times, this.#scratch);
  }

  forgetKeys(keys: number): { readonly ids: number; readonly count: number } | null {
    const { pool } = this.#set;
    const count = pool.liveGroups;
    if (keys < leastKeys || keys < count * 2) return null;
    return { ids: pool.compactKeys(keys, this.#scratch), count };
  }

  reset(): void {
    this.#set.clear();
  }

  snapshot(): Uint8Array {
    return this.#set.snapshot();
  }

  restore(bytes: Uint8Array): void {
    this.#set.restore(bytes);
  }

  dispose(): void {
    this.#set.dispose();
  }
}
