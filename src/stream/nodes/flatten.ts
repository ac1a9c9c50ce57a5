import type { Carried } from '../metadata.ts';
import { type Emitted, Operator, together } from '../operator.ts';
import type { Stream } from '../stream.ts';
import { shown } from './_shared.ts';

/**
 * Sends the pieces of each element one by one: items of an iterable, characters of a text, keys of a `Map` or plain object.
 * The metadata goes with the last piece.
 */
export class FlattenNode extends Operator {
  override readonly label = 'flatten';

  update(x: unknown, _who: Stream, metadata: Carried): Emitted {
    return Array.isArray(x) ? this.#items(x, metadata) : this.#pieces(x, metadata);
  }

  /** As `#pieces`, without an iterator and its results: nothing is made for an element. */
  #items(x: readonly unknown[], metadata: Carried): Emitted {
    let waiting: Promise<unknown>[] | undefined;
    for (let i = 0; i < x.length; i++) {
      const sent = this.node.send(x[i], i + 1 < x.length ? undefined : metadata);
      if (sent === undefined) continue;
      if (waiting === undefined) waiting = [sent];
      else waiting.push(sent);
    }
    if (waiting === undefined) return undefined;
    return waiting.length === 1 ? waiting[0] : together(waiting);
  }

  #pieces(x: unknown, metadata: Carried): Emitted {
    const iterator = pieces(x);
    const waiting: Promise<unknown>[] = [];
    let piece = iterator.next();
    while (!piece.done) {
      const { value } = piece;
      piece = iterator.next();
      const sent = this.node.send(value, piece.done ? metadata : undefined);
      if (sent !== undefined) waiting.push(sent);
    }
    if (waiting.length === 0) return undefined;
    return waiting.length === 1 ? waiting[0] : together(waiting);
  }
}

function pieces(x: unknown): Iterator<unknown> {
  if (x instanceof Map) return x.keys();
  if (typeof x === 'string' || typeof (x as Iterable<unknown> | null)?.[Symbol.iterator] === 'function') {
    return (x as Iterable<unknown>)[Symbol.iterator]();
  }
  if (typeof x === 'object' && x !== null) return Object.keys(x)[Symbol.iterator]();
  throw new TypeError(`flatten: ${shown(x)} has no pieces; elements must be iterable`);
}
