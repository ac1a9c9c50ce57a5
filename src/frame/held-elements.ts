import { type Carried, type Metadata, retain } from '../stream/metadata.ts';

/** Offsets behind the last elements taken, by topic and partition. */
export type Offsets = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * Elements of a stream that a frame has taken. They are held, and so not acknowledged, until a checkpoint is on the disk that holds what
 * became of them.
 */
export class HeldElements {
  #held: Metadata[] = [];
  #offsets: Record<string, Record<string, number>> = {};

  add(metadata: Carried): void {
    if (!metadata) return;
    retain(metadata);
    this.#held.push(...metadata);
    for (const { topic, partition, end } of metadata) {
      if (typeof topic === 'string' && typeof end === 'number') this.#note(topic, String(partition), end);
    }
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  /** What was taken since the last time: to be released. */
  take(): Metadata[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }

  /** Where sources go on that can: those whose elements say `topic`, `partition` and `end`. Null when none came. */
  get position(): Offsets | null {
    return Object.keys(this.#offsets).length === 0 ? null : structuredClone(this.#offsets);
  }

  set position(offsets: Offsets | null) {
    this.#offsets = structuredClone((offsets ?? {}) as Record<string, Record<string, number>>);
  }

  #note(topic: string, partition: string, end: number): void {
    this.#offsets[topic] ??= {};
    this.#offsets[topic][partition] = end;
  }
}
