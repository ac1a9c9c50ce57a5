import type { DecoderPosition } from './codec.ts';

type Range = readonly [from: number, to: number];

/**
 * What the record batches of a stream can't be read without: its magic, its schema, its dictionaries. Knows where they lie, and turns the
 * number of a byte as it was written to the decoder into its offset in the source, which differ once reading was resumed.
 */
export class ArrowHead {
  readonly #resume: DecoderPosition | undefined;
  /** Bytes that a resumed decoder is given before those at its position. */
  readonly replayed: number;
  #opening: Range[] = [];
  readonly #dictionaries = new Map<number, Range[]>();

  constructor(resume: DecoderPosition | undefined) {
    this.#resume = resume;
    this.replayed = (resume?.before ?? []).reduce((sum, [from, to]) => sum + to - from, 0);
  }

  offsetOf(written: number): number {
    if (!this.#resume) return written;
    let left = written;
    for (const [from, to] of this.#resume.before ?? []) {
      if (left < to - from) return from + left;
      left -= to - from;
    }
    return this.#resume.bytes + left;
  }

  /** The magic of a file, or a schema: dictionaries are forgotten. */
  open(written: number, bytes: number, isSchema: boolean): void {
    this.#opening = isSchema ? this.#opening.slice(0, 1).filter(([, to]) => to === 8) : [];
    this.#opening.push(this.#range(written, bytes));
    this.#dictionaries.clear();
  }

  dictionary(id: number, isDelta: boolean, written: number, bytes: number): void {
    const before = isDelta ? (this.#dictionaries.get(id) ?? []) : [];
    this.#dictionaries.set(id, [...before, this.#range(written, bytes)]);
  }

  /** In the order in which they stand. */
  get ranges(): Range[] {
    return [...this.#opening, ...[...this.#dictionaries.values()].flat()].sort(([a], [b]) => a - b);
  }

  #range(written: number, bytes: number): Range {
    const from = this.offsetOf(written);
    return [from, from + bytes];
  }
}
