import type { Codec, Encoder } from '../codec/codec.ts';
import { Batch } from '../column/batch.ts';
import { sliceBatch } from '../column/pick-rows.ts';
import { OptionError } from '../errors.ts';

export interface MessageOptions {
  /** How batches of rows become messages: each is whole by itself, so that it can be read from there on. */
  readonly codec?: Codec<any>;
  /** Rows a message holds at most; default 1,000. */
  readonly rows?: number;
  /** What is sent of an element that is no text, no bytes and no batch: `order => JSON.stringify(order)`. */
  readonly value?: (element: any) => string | Uint8Array;
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
  readonly #value: MessageOptions['value'];

  /** @throws OptionError for a number of rows that can't be */
  constructor(verb: string, { codec, rows = defaultRows, value }: MessageOptions) {
    if (!(Number.isInteger(rows) && rows > 0))
      throw new OptionError('rows', `${verb}: rows is ${rows}; give a whole number from 1`);
    this.#verb = verb;
    this.#codec = codec;
    this.#rows = rows;
    this.#value = value;
    this.isText = codec?.name === 'ndjson' || codec?.name === 'csv';
  }

  /** @throws OptionError for elements that are none of these */
  of(x: unknown): readonly Message[] {
    if (isPayload(x)) return [{ value: x, payload: x }];
    if (!(x instanceof Batch)) return [{ value: x, payload: this.#payloadOf(x) }];
    if (!this.#codec) {
      throw new OptionError(
        'codec',
        `${this.#verb}: batches need a codec to become messages, as in { codec: ndjson() }`,
      );
    }
    const messages: Message[] = [];
    for (let at = 0; at < x.length; at += this.#rows) {
      const value = sliceBatch(x, at, Math.min(at + this.#rows, x.length));
      messages.push({ value, payload: whole(this.#codec.encoder(value.schema), value) });
    }
    return messages;
  }

  #payloadOf(x: unknown): string | Uint8Array {
    const payload = this.#value ? this.#value(x) : x;
    if (isPayload(payload)) return payload;
    const what = this.#value ? `value() gave ${nameOf(payload)}, which` : nameOf(x);
    throw new OptionError(
      'value',
      `${this.#verb}: ${what} is no message; give texts or bytes, or say what is sent, as in { value: x => JSON.stringify(x) }`,
    );
  }
}

const isPayload = (x: unknown): x is string | Uint8Array => typeof x === 'string' || x instanceof Uint8Array;

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
