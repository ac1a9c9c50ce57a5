import { type Carried, joined, release, retain } from '../metadata.ts';
import { afterwards, type Emitted, type Look, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';
import { wholeNumber } from './_shared.ts';

/** After every element: an array of the last `n`, oldest first. */
export class SlidingWindowNode<T> extends Operator<T, T[]> {
  override readonly label = 'sliding_window';
  override readonly look: Look = 'window';
  readonly #n: number;
  readonly #partial: boolean;
  readonly #items: T[] = [];
  readonly #metadata: Carried[] = [];

  constructor(n: number, returnPartial = true) {
    super();
    this.#n = wholeNumber('slidingWindow', 'n', n, 1);
    this.#partial = returnPartial;
  }

  override get detail(): string {
    return String(this.#n);
  }

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    retain(metadata);
    this.#items.push(x);
    this.#metadata.push(metadata);
    const full = this.#items.length === this.#n;
    if (!full && !this.#partial) return undefined;
    const window = this.#items.slice();
    const all = joined(this.#metadata);
    if (!full) return this.emitHeld(window, all);
    // The oldest leaves before the others are told, so that a failure below can't make the window grow.
    this.#items.shift();
    const oldest = this.#metadata.shift();
    return afterwards(this.emitHeld(window, all), () => release(oldest));
  }
}
