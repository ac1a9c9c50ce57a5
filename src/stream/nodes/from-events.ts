import type { Carried } from '../metadata.ts';
import { type Emitted, type Look, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';

/** A Node `EventEmitter`, as far as it is needed. */
export interface EmitterLike {
  on(event: string | symbol, listener: (...args: any[]) => void): unknown;
  off(event: string | symbol, listener: (...args: any[]) => void): unknown;
}

/** Sends each event. Events come when they come: nobody can be asked to wait, so put `buffer` or `latest` below. */
export class EventsSource<T> extends Operator<never, T> {
  override readonly label = 'from_events';
  override readonly look: Look = 'source';
  readonly #from: EmitterLike | EventTarget;
  readonly #event: string;
  #listening: ((event: T) => void) | undefined;
  #over: (() => void) | undefined;

  constructor(from: EmitterLike | EventTarget, event: string) {
    super();
    this.#from = from;
    this.#event = event;
  }

  get stopped(): boolean {
    return this.#listening === undefined;
  }

  update(x: never, _who: Stream, metadata: Carried): Emitted {
    return this.emit(x, metadata);
  }

  /** Resolves when the source is stopped. */
  start(): Promise<void> {
    if (this.#listening === undefined) {
      this.#listening = x => this.apart(() => this.node.sendHeld(x, undefined), x);
      listen(this.#from, this.#event, this.#listening, true);
    }
    return new Promise(resolve => {
      const before = this.#over;
      this.#over = () => {
        before?.();
        resolve();
      };
    });
  }

  stop(): Promise<void> {
    if (this.#listening) listen(this.#from, this.#event, this.#listening, false);
    this.#listening = undefined;
    this.#over?.();
    this.#over = undefined;
    return Promise.resolve();
  }

  override detached(): Emitted {
    return this.stop();
  }
}

function listen(from: EmitterLike | EventTarget, event: string, listener: (x: any) => void, on: boolean): void {
  if ('addEventListener' in from) {
    if (on) from.addEventListener(event, listener);
    else from.removeEventListener(event, listener);
  } else if (on) from.on(event, listener);
  else from.off(event, listener);
}
