import { Fifo } from '../fifo.ts';
import { type Carried, joined, release, retain } from '../metadata.ts';
import { afterwards, both, covered, type Emitted, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';
import { capacity } from './_shared.ts';

export interface ZipLatestOptions {
  /** How many elements of the first input may wait for the others' first before `emit` has to; default 65,536. */
  readonly maxsize?: number;
}

interface Kept {
  readonly x: unknown;
  readonly metadata: Carried;
}

/** Every element of the first upstream, with the latest of the others. */
export class ZipLatestNode extends Operator<unknown, unknown[]> {
  override readonly label = 'zip_latest';
  readonly #maxsize: number;
  readonly #queue = new Fifo<Kept>();
  #others: { readonly who: Stream; kept: Kept | undefined }[] = [];
  #blocked: (() => void)[] = [];

  constructor({ maxsize = 65_536 }: ZipLatestOptions = {}) {
    super();
    this.#maxsize = capacity('zipLatest', 'maxsize', maxsize, 1);
  }

  override attached(): void {
    this.#others = this.node.upstreams.slice(1).map(who => ({ who, kept: undefined }));
  }

  override connected(who: Stream): void {
    if (this.node.upstreams.length > 1) this.#others.push({ who, kept: undefined });
  }

  override disconnected(who: Stream): void {
    for (const other of this.#others) if (other.who === who) release(other.kept?.metadata);
    this.#others = this.node.upstreams.slice(1).map(who => {
      const known = this.#others.find(other => other.who === who);
      return { who, kept: known?.kept };
    });
    for (const resolve of this.#blocked.splice(0)) resolve();
  }

  /** Only the first input makes tuples. */
  override upstreamEnded(who: Stream, all: boolean): Emitted {
    return all || (who === this.node.upstreams[0] && this.#queue.length === 0) ? this.node.end() : undefined;
  }

  update(x: unknown, who: Stream, metadata: Carried): Emitted {
    for (const other of this.#others) {
      if (other.who !== who) continue;
      retain(metadata);
      release(other.kept?.metadata);
      other.kept = { x, metadata };
    }
    if (who === this.node.upstreams[0]) {
      retain(metadata);
      this.#queue.push({ x, metadata });
    }
    if (this.#others.every(({ kept }) => kept !== undefined)) return this.#sendAll();
    if (this.#queue.length <= this.#maxsize) return undefined;
    return covered(new Promise<void>(resolve => this.#blocked.push(resolve)));
  }

  #sendAll(): Emitted {
    let sent: Emitted;
    for (let first = this.#queue.shift(); first !== undefined; first = this.#queue.shift()) {
      const { metadata } = first;
      const tuple = [first, ...this.#others.map(({ kept }) => kept!)];
      const below = this.emitHeld(
        tuple.map(({ x }) => x),
        joined(tuple.map(one => one.metadata)),
      );
      sent = both(
        sent,
        afterwards(below, () => release(metadata)),
      );
    }
    for (const resolve of this.#blocked.splice(0)) resolve();
    return sent;
  }
}
