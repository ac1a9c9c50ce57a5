import { type Duration, parseDuration } from '../../schema/duration.ts';
import { type Carried, joined, release, retain } from '../metadata.ts';
import { afterwards, covered, type Emitted, type Look, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';
import { hashable, type Key, keyFunction, wholeNumber } from './_shared.ts';

export interface PartitionOptions<T> {
  /** Send what there is when this time has passed since a group's first element. */
  readonly timeout?: Duration;
  /** Collect a group for each key. */
  readonly key?: Key<T>;
}

interface Group<T> {
  readonly items: T[];
  readonly metadata: Carried[];
  timer: unknown;
}

/** Arrays of exactly `n` elements. */
export class PartitionNode<T> extends Operator<T, T[]> {
  override readonly label = 'partition';
  override readonly look: Look = 'window';
  readonly #n: number;
  readonly #timeout: number | undefined;
  readonly #keyOf: (x: T) => unknown;
  readonly #groups = new Map<unknown, Group<T>>();

  constructor(n: number, { timeout, key }: PartitionOptions<T> = {}) {
    super();
    this.#n = wholeNumber('partition', 'n', n, 1);
    this.#timeout = timeout === undefined ? undefined : parseDuration(timeout, 'timeout');
    const keyOf = keyFunction(key);
    this.#keyOf = key === undefined ? () => undefined : x => hashable(keyOf(x), 'partition');
  }

  override get detail(): string {
    return String(this.#n);
  }

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    const key = this.#keyOf(x);
    let group = this.#groups.get(key);
    if (!group) {
      group = { items: [], metadata: [], timer: undefined };
      this.#groups.set(key, group);
      if (this.#timeout !== undefined && this.#n > 1) this.#wait(key, group, this.#timeout);
    }
    retain(metadata);
    group.items.push(x);
    group.metadata.push(metadata);
    return group.items.length === this.#n ? this.#send(key, group) : undefined;
  }

  override detached(): Emitted {
    for (const { timer } of this.#groups.values()) this.node.clock.clearTimeout(timer);
    return undefined;
  }

  #wait(key: unknown, group: Group<T>, ms: number): void {
    group.timer = this.node.clock.setTimeout(() => this.apart(() => this.#send(key, group), group.items), ms);
  }

  #send(key: unknown, group: Group<T>): Emitted {
    this.#groups.delete(key);
    if (group.timer !== undefined) this.node.clock.clearTimeout(group.timer);
    const all = joined(group.metadata);
    return covered(afterwards(this.emit(group.items, all), () => release(all)));
  }
}
