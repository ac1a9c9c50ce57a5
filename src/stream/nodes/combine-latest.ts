import { OptionError } from '../../errors.ts';
import { type Carried, joined, release, retain } from '../metadata.ts';
import { type Emitted, type Look, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';

/** An input: the stream, or its position. */
export type Input = Stream | number;

export interface CombineLatestOptions {
  /** Only elements of these inputs send something; default: all. */
  readonly emitOn?: Input | readonly Input[];
}

interface Slot {
  readonly who: Stream;
  filled: boolean;
  x: unknown;
  metadata: Carried;
}

/** The latest element of each upstream, once all have given one. */
export class CombineLatestNode extends Operator<unknown, unknown[]> {
  override readonly label = 'combine_latest';
  override readonly look: Look = 'join';
  readonly #wanted: readonly Input[] | undefined;
  #slots: Slot[] = [];
  #emitOn: ReadonlySet<Stream> | undefined;

  constructor({ emitOn }: CombineLatestOptions = {}) {
    super();
    this.#wanted = emitOn === undefined ? undefined : ([emitOn].flat() as readonly Input[]);
  }

  override attached(): void {
    this.#slots = this.node.upstreams.map(emptySlot);
    if (!this.#wanted) return;
    this.#emitOn = new Set(this.#wanted.map(input => this.#input(input)));
  }

  override connected(who: Stream): void {
    this.#slots.push(emptySlot(who));
  }

  override disconnected(who: Stream): void {
    for (const slot of this.#slots) if (slot.who === who) release(slot.metadata);
    this.#slots = this.#slots.filter(slot => slot.who !== who);
  }

  update(x: unknown, who: Stream, metadata: Carried): Emitted {
    for (const slot of this.#slots) {
      if (slot.who !== who) continue;
      retain(metadata);
      release(slot.metadata);
      slot.filled = true;
      slot.x = x;
      slot.metadata = metadata;
    }
    if (this.#emitOn !== undefined && !this.#emitOn.has(who)) return undefined;
    if (!this.#slots.every(slot => slot.filled)) return undefined;
    return this.emitHeld(
      this.#slots.map(slot => slot.x),
      joined(this.#slots.map(slot => slot.metadata)),
    );
  }

  #input(input: Input): Stream {
    const stream = typeof input === 'number' ? this.node.upstreams[input] : input;
    if (stream && this.node.upstreams.includes(stream)) return stream;
    throw new OptionError(
      'emitOn',
      `combineLatest: emitOn names ${typeof input === 'number' ? `input ${input}` : String(input)}, which is no input; there are ${this.node.upstreams.length}`,
    );
  }
}

const emptySlot = (who: Stream): Slot => ({ who, filled: false, x: undefined, metadata: undefined });
