/** A stretch of messages that was sent on; neighbours that are done become one. */
interface Stretch {
  /** Offset behind it. */
  end: number;
  done: boolean;
  previous: Stretch | null;
  next: Stretch | null;
}

/**
 * Where a partition is read, and how far it is done. All offsets are those of the next message.
 *
 * ```
 *      committed   acknowledged    position      fetchAt
 * ─────────┴────────────┴─────────────┴─────────────┴──────▶ offsets
 *                  all before    all before     all before
 *                  are done      were sent on   were fetched
 * ```
 */
export class Partition {
  readonly topic: string;
  readonly number: number;
  fetchAt: number;
  position: number;
  /** What the group has; -1: nothing. */
  committed: number;
  /** What it is being told. */
  committing: number;
  /** Whether it is ours to read. */
  isOwned = true;
  /** A message failed below: it is never done, nor what comes behind it. */
  hasFailed = false;
  /** Counts the times that it was not: what was fetched before is void. */
  epoch = 0;
  #acknowledged: number;
  #first: Stretch | null = null;
  #last: Stretch | null = null;

  constructor(topic: string, number: number, start: number, committed: number) {
    this.topic = topic;
    this.number = number;
    this.fetchAt = this.position = this.#acknowledged = start;
    this.committed = this.committing = committed;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Somebody else reads it now, or nobody. */
  lose(): void {
    this.isOwned = false;
    this.epoch++;
  }

  /** Ours again, and nobody else has got further: go on behind what was sent on. */
  resume(): void {
    if (this.isOwned) return;
    this.isOwned = true;
    this.fetchAt = this.position;
  }

  /** The messages up to `end` are sent on; the function returned says that they are done. */
  hold(end: number): () => void {
    const stretch: Stretch = { end, done: false, previous: this.#last, next: null };
    if (this.#last) this.#last.next = stretch;
    else this.#first = stretch;
    this.#last = stretch;
    return () => this.#finish(stretch);
  }

  /** Nothing up to `end` is for anybody. */
  skip(end: number): void {
    this.hold(end)();
  }

  #finish(stretch: Stretch): void {
    stretch.done = true;
    const { previous, next } = stretch;
    if (next?.done) this.#swallow(stretch);
    if (previous?.done) this.#swallow(previous);
    const first = this.#first;
    if (!first?.done) return;
    this.#acknowledged = first.end;
    this.#first = first.next;
    if (this.#first) this.#first.previous = null;
    else this.#last = null;
  }

  /** A message that fails holds up the acknowledgement of all behind it: they take no memory meanwhile. */
  #swallow(stretch: Stretch): void {
    const next = stretch.next!;
    stretch.end = next.end;
    stretch.next = next.next;
    if (next.next) next.next.previous = stretch;
    else this.#last = stretch;
  }
}
