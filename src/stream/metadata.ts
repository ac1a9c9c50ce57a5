/** What travels with an element: any keys; `ref` counts who still holds the element. */
export interface Metadata {
  readonly ref?: RefCounter;
  readonly [key: string]: unknown;
}

export interface RefCounterOptions {
  /** Count to begin with; default 0. Start above 0 to give one counter to several elements, and release that yourself. */
  readonly initial?: number;
  /** Called once, when the last holder has let go: the element is processed, its offset can be committed. */
  readonly onZero?: () => void;
}

/**
 * Counts the nodes that still hold an element.
 *
 * Every delivery retains once for each receiver, and nodes that keep elements retain while they do. When the count is back
 * at zero `onZero` runs, once, after the code that is running now (in a microtask); a count that has risen again by then
 * is not at its end. An element that failed is not let go of: it is never acknowledged.
 */
export class RefCounter {
  #count: number;
  #onZero: (() => void) | undefined;
  #asked = false;

  constructor(options: RefCounterOptions = {}) {
    this.#count = options.initial ?? 0;
    this.#onZero = options.onZero;
  }

  get count(): number {
    return this.#count;
  }

  retain(n = 1): void {
    this.#count += n;
  }

  release(n = 1): void {
    this.#count -= n;
    if (this.#count > 0 || this.#asked || !this.#onZero) return;
    this.#asked = true;
    queueMicrotask(() => this.#finish());
  }

  #finish(): void {
    this.#asked = false;
    if (this.#count > 0) return;
    const done = this.#onZero;
    this.#onZero = undefined;
    done?.();
  }
}

/** What an element carries: nothing is `undefined`, never an empty list. */
export type Carried = readonly Metadata[] | undefined;

export function retain(metadata: Carried, n = 1): void {
  if (metadata === undefined || n === 0) return;
  for (const { ref } of metadata) ref?.retain(n);
}

export function release(metadata: Carried, n = 1): void {
  if (metadata === undefined || n === 0) return;
  for (const { ref } of metadata) ref?.release(n);
}

/** The metadata of several elements as one flat list, in their order. */
export function joined(lists: Iterable<Carried>): Carried {
  let all: Metadata[] | undefined;
  for (const list of lists) {
    if (list === undefined) continue;
    if (all === undefined) all = [...list];
    else all.push(...list);
  }
  return all;
}
