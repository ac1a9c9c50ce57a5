import type { Codec, Encoder } from '../codec/codec.ts';
import type { Batch } from '../column/batch.ts';
import { StateError } from '../errors.ts';
import type { Schema } from '../schema/schema.ts';
import type { ByteSink } from '../transport/byte-sink.ts';
import type { FrameSink } from './frame-sink.ts';

/** Where an `EncodedSink` stands: so many bytes are written, and what the encoder must know to go on behind them. */
export interface EncodedPosition {
  readonly bytes: number;
  readonly encoder: unknown;
}

/** Results as bytes of a format, into a file or whatever takes bytes. It is opened when the first are due. */
export class EncodedSink implements FrameSink<any> {
  readonly #codec: Codec<any>;
  readonly #openBytes: (length: number | null) => ByteSink | Promise<ByteSink>;
  #schema: Schema | null = null;
  #encoder!: Encoder;
  /** Bytes that are there before the first that is written. */
  #length: number | null = null;
  #opening: Promise<ByteSink> | null = null;
  #out: ByteSink | null = null;

  /** @param open what takes the bytes; behind so many that are there already, or null: from the beginning */
  constructor(codec: Codec<any>, open: (length: number | null) => ByteSink | Promise<ByteSink>) {
    this.#codec = codec;
    this.#openBytes = open;
  }

  /** @throws SchemaError for columns that the format has no form for; StateError for a second frame */
  begin(schema: Schema): void {
    if (this.#schema) throw new StateError('sink: this sink has a frame already; make one for each');
    this.#schema = schema;
    this.#encoder = this.#codec.encoder(schema);
  }

  async open(): Promise<void> {
    await this.#open();
  }

  async write(batch: Batch): Promise<void> {
    const out = this.#out ?? (await this.#open());
    await out.write(this.#encoder.encode(batch));
  }

  async end(): Promise<void> {
    const out = await this.#open();
    await out.write(this.#encoder.end());
    await out.end();
  }

  async abandon(): Promise<void> {
    await (await this.#opening)?.end();
  }

  /** @throws StateError when what is written can't be taken back, or the format not be continued */
  async position(): Promise<EncodedPosition> {
    // both tell of this moment, before anything is waited for
    const { state } = this.#encoder;
    const bytes = this.#out ? synced(this.#out) : this.#begun();
    if (state === undefined) {
      throw new StateError(`checkpoint: an encoder of ${this.#codec.name} can't go on where another has ended`);
    }
    return { bytes: await bytes, encoder: state };
  }

  restore({ bytes, encoder }: EncodedPosition): void {
    this.#length = bytes;
    this.#encoder = this.#codec.encoder(this.#schema!, encoder);
  }

  async #begun(): Promise<number> {
    await synced(await this.#open());
    return this.#length ?? 0;
  }

  #open(): Promise<ByteSink> {
    this.#opening ??= (async () => {
      this.#out = await this.#openBytes(this.#length);
      return this.#out;
    })();
    return this.#opening;
  }
}

function synced(out: ByteSink): Promise<number> {
  if (out.sync) return out.sync();
  throw new StateError(`checkpoint: what is written to ${out.name} can't be taken back; write a file`);
}
