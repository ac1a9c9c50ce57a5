import { OptionError } from '../../errors.ts';
import { type Carried, joined, release, retain } from '../metadata.ts';
import { afterwards, covered, type Emitted, type Look, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';
import { hashable, type Key, keyFunction, wholeNumber } from './_shared.ts';

export interface KeepOptions<T> {
  /** Elements are the same when this is; default: the element itself. */
  readonly key?: Key<T>;
  /** `'first'` drops later duplicates; `'last'` drops the earlier one, and the later takes its place at the end. */
  readonly keep?: 'first' | 'last';
}

/** One element for each key, with the references of those that are kept. */
export class KeyedGroup<T> {
  readonly #keyOf: (x: T) => unknown;
  readonly #last: boolean;
  readonly #verb: string;
  #kept = new Map<unknown, { readonly x: T; readonly metadata: Carried }>();

  constructor(verb: string, { key, keep = 'first' }: KeepOptions<T>) {
    if (keep !== 'first' && keep !== 'last') {
      throw new OptionError('keep', `${verb}: keep is "${String(keep)}"; give "first" or "last"`);
    }
    this.#keyOf = keyFunction(key);
    this.#last = keep === 'last';
    this.#verb = verb;
  }

  get size(): number {
    return this.#kept.size;
  }

  add(x: T, metadata: Carried): void {
    const key = hashable(this.#keyOf(x), this.#verb);
    const earlier = this.#kept.get(key);
    if (earlier && !this.#last) return;
    retain(metadata);
    this.#kept.delete(key);
    this.#kept.set(key, { x, metadata });
    release(earlier?.metadata);
  }

  /** All that is kept, which is then forgotten; the caller releases the metadata. */
  take(): [items: T[], metadata: Carried] {
    const kept = [...this.#kept.values()];
    this.#kept = new Map();
    return [kept.map(({ x }) => x), joined(kept.map(({ metadata }) => metadata))];
  }
}

/** Collects until it holds `n` elements with different keys, and sends them as an array. */
export class PartitionUniqueNode<T> extends Operator<T, T[]> {
  override readonly label = 'partition_unique';
  override readonly look: Look = 'window';
  readonly #n: number;
  readonly #group: KeyedGroup<T>;

  constructor(n: number, options: KeepOptions<T> = {}) {
    super();
    this.#n = wholeNumber('partitionUnique', 'n', n, 1);
    this.#group = new KeyedGroup('partitionUnique', options);
  }

  override get detail(): string {
    return String(this.#n);
  }

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    this.#group.add(x, metadata);
    if (this.#group.size < this.#n) return undefined;
    const [items, all] = this.#group.take();
    return covered(afterwards(this.emit(items, all), () => release(all)));
  }
}
