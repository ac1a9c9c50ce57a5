import { type Carried, release, retain } from '../metadata.ts';
import { type Emitted, type Look, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';

/** Keeps the newest element only, and sends it whenever what is below is free. */
export class LatestNode<T> extends Operator<T, T> {
  override readonly label = 'latest';
  override readonly look: Look = 'time';
  #slot: { readonly x: T; readonly metadata: Carried } | undefined;
  #fresh = false;
  #running = false;
  #drained: (() => void)[] = [];

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    release(this.#slot?.metadata);
    retain(metadata);
    this.#slot = { x, metadata };
    this.#fresh = true;
    if (!this.#running) {
      this.#running = true;
      queueMicrotask(() => void this.#run());
    }
    return undefined;
  }

  override ended(): Emitted {
    if (!this.#running) return this.node.end();
    return new Promise<void>(resolve => this.#drained.push(resolve)).then(() => this.node.end());
  }

  async #run(): Promise<void> {
    while (this.#fresh) {
      this.#fresh = false;
      const { x, metadata } = this.#slot!;
      let sent: Emitted;
      this.apart(() => {
        sent = this.emitHeld(x, metadata);
        return sent;
      }, x);
      if (sent !== undefined) await (sent as Promise<unknown>).catch(() => {});
    }
    this.#running = false;
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}
