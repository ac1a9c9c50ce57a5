import { reportApart } from './failure.ts';
import { type Carried, release } from './metadata.ts';
import type { Stream } from './stream.ts';

/** What delivering an element gives back: nothing when all is done, or a promise of that. */
export type Emitted = Promise<unknown> | undefined;

/** How a node is drawn, in streamz's shapes. */
export type Look = 'node' | 'source' | 'sink' | 'state' | 'window' | 'time' | 'join';

/**
 * In which forms elements do as well, for sources that have them in it:
 *
 * - `bytes`: bytes cut anywhere instead of texts. A block is valid until `update` has returned and its promise has settled.
 * - `messages`: arrays of elements instead of single ones.
 */
export type Takes = 'elements' | 'bytes' | 'messages';

/** What a stream does itself with an element, without calling `update`: the common nodes. */
export type Step = 'update' | 'map' | 'filter' | 'sink';

/**
 * What a node does. A `Stream` is a place in the graph; its operator says what happens to an element that arrives there.
 *
 * ```ts
 * class Twice extends Operator<number, number> {
 *   override readonly label = 'twice';
 *   update(x: number, _who: Stream, metadata: Carried): Emitted {
 *     this.emit(x, undefined);
 *     return this.emit(x, metadata);
 *   }
 * }
 * stream.through(new Twice());
 * ```
 *
 * `update` returns what `emit` returned (several promises: `together`), or a promise of its own for work that goes on:
 * whoever emitted the element waits for it. An operator that keeps an element after `update` (and after the promise it
 * returned) retains its metadata, and releases it when it lets go.
 */
export abstract class Operator<In = any, Out = any> {
  /** The node this operator works in; set when it is attached. */
  node!: Stream<Out>;
  /** What `toString` and pictures call it. */
  readonly label: string = 'Stream';
  readonly look: Look = 'node';
  /** For nodes that only call `fn`; see `flow` in stream.ts. */
  readonly step: Step = 'update';
  readonly fn: ((x: any) => any) | null = null;
  readonly takes: Takes = 'elements';
  /** For sources of messages: what an element says, bytes or text. `toDataFrame` then takes elements as messages. */
  readonly payloadOf: ((message: any) => unknown) | null = null;

  /** For sources that read several inputs side by side (partitions): the names of all that are read now, as `topic:partition`. */
  get inputs(): readonly string[] {
    return noInputs;
  }

  /** The one argument worth showing: a function's name, a size, an interval. */
  get detail(): string {
    return '';
  }

  /** An element arrived from `who`. Throwing, or a rejected promise, fails the `emit` that caused it. */
  abstract update(x: In, who: Stream<In>, metadata: Carried): Emitted;

  /** The node is in place and has its upstreams. */
  attached(): void {}

  /** `who` became an upstream, after the node was attached. */
  connected(_who: Stream): void {}

  /** `who` is no upstream any more. */
  disconnected(_who: Stream): void {}

  /** The node was destroyed: stop timers, let go of files. */
  detached(): Emitted {
    return undefined;
  }

  /** No more elements come from any upstream. Override to send what is kept, or to wait for what is under way. */
  ended(): Emitted {
    return this.node.end();
  }

  /** No more elements come from `who`; `all` says that none come from any upstream. */
  upstreamEnded(_who: Stream, all: boolean): Emitted {
    return all ? this.ended() : undefined;
  }

  /** Sends an element to whatever is attached below. */
  protected emit(x: Out, metadata: Carried): Emitted {
    return this.node.send(x, metadata);
  }

  /** Like `emit`, and the references stay retained until everything below has finished, not only until it has begun. */
  protected emitHeld(x: Out, metadata: Carried): Emitted {
    return this.node.sendHeld(x, metadata);
  }

  /** Runs work that no `emit` waits for (a timer, a queue): what it throws goes to `onError`, or is an uncaught error. */
  protected apart(work: () => Emitted, value?: unknown): void {
    try {
      work()?.catch(error => reportApart(this.node, error, value));
    } catch (error) {
      reportApart(this.node, error, value);
    }
  }

  /**
   * Sends an element that this node retained, apart from any `emit`, and lets go of it when everything below has finished.
   * A failure is reported, and its element stays held: it is never acknowledged. The promise never rejects.
   */
  protected sendApart(x: Out, metadata: Carried): Emitted {
    let sent: Emitted;
    this.apart(() => {
      sent = afterwards(this.emit(x, metadata), () => release(metadata));
      return sent;
    }, x);
    return sent?.catch(() => {});
  }
}

const noInputs: readonly string[] = /* @__PURE__ */ Object.freeze([]);

const covers = /* @__PURE__ */ new WeakSet<Promise<unknown>>();

/**
 * Marks a promise of work whose elements the node that made it holds itself: whoever emitted them need not hold them as
 * well. Unmarked promises (an async sink's) keep the emitter's references until they settle.
 */
export function covered<P extends Emitted>(promise: P): P {
  if (promise !== undefined) covers.add(promise);
  return promise;
}

export const isCovered = (promise: Promise<unknown>): boolean => covers.has(promise);

/** Waits for all, then fails with the first failure if there was one. */
export async function together(promises: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(promises)) if (result.status === 'rejected') throw result.reason;
}

/** One of two promises, or both. */
export function both(a: Emitted, b: Emitted): Emitted {
  if (a === undefined) return b;
  return b === undefined ? a : together([a, b]);
}

/** Calls `then` when `result` is fulfilled, now if there is nothing to wait for. */
export function afterwards(result: Emitted, then: () => void): Emitted {
  if (result === undefined) {
    then();
    return undefined;
  }
  return result.then(then);
}

/** What pictures call a function; streamz's word for one without a name. */
export const nameOf = (fn: { readonly name: string } | null | undefined): string => fn?.name || '<lambda>';
