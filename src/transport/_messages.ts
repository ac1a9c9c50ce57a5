import type { Codec, Encoder } from '../codec/codec.ts';
import { Batch } from '../column/batch.ts';
import { sliceBatch } from '../column/pick-rows.ts';
import { OptionError } from '../errors.ts';

export interface MessageOptions {
  /** How batches of rows become messages: each is whole by itself, so that it can be read from there on. */
  readonly codec?: Codec<any>;
  /** Rows a message holds at most; default 1,000. */
  readonly rows?: number;
}

/** One message, and what it was made from: the element, or some rows of it. */
export interface Message {
  readonly value: unknown;
  readonly payload: string | Uint8Array;
}

const defaultRows = 1000;

/** Makes messages of elements: texts and bytes are messages already, rows go through a codec. */
export class Messages {
  /** Whether the bytes are text, for transports that tell one from the other. */
  readonly isText: boolean;
  readonly #verb: string;
  readonly #codec: Codec<any> | undefined;
  readonly #rows: number;

  /** @throws OptionError for a number of rows that can't be */
  constructor(verb: string, { codec, rows = defaultRows }: MessageOptions) {
    if (!(Number.isInteger(rows) && rows > 0))
      throw new OptionError('rows', `${verb}: rows is ${rows}; give a whole number from 1`);
    this.#verb = verb;
    this.#codec = codec;
    this.#rows = rows;
    this.isText = codec?.name === 'ndjson' || codec?.name === 'csv';
  }

  /** @throws TypeError for elements that are none of these */
  of(x: unknown): readonly Message[] {
    if (typeof x === 'string' || x instanceof Uint8Array) return [{ value: x, payload: x }];
    if (!(x instanceof Batch)) {
      throw new TypeError(`${this.#verb}: ${nameOf(x)} is no message; map elements to texts or bytes before`);
    }
    if (!this.#codec) {
      throw new TypeError(`${this.#verb}: batches need a codec to become messages, as in { codec: ndjson() }`);
    }
    const messages: Message[] = [];
    for (let at = 0; at < x.length; at += this.#rows) {
      const value = sliceBatch(x, at, Math.min(at + this.#rows, x.length));
      messages.push({ value, payload: whole(this.#codec.encoder(value.schema), value) });
    }
    return messages;
  }
}

function whole(encoder: Encoder, rows: Batch): Uint8Array {
  const body = encoder.encode(rows);
  const end = encoder.end();
  if (end.length === 0) return body;
  const all = new Uint8Array(body.length + end.length);
  all.set(body);
  all.set(end, body.length);
  return all;
}

const nameOf = (x: unknown): string => (typeof x === 'object' && x !== null ? x.constructor.name : String(typeof x));
