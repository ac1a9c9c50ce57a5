import { StreamSchema, type StreamSchemaOptions } from '../codec/river-schema.ts';
import type { RunOptions } from '../frame/data-frame.ts';
import type { DataFrame } from '../frame/types.ts';
import type { RedisPlace } from './connection.ts';
import { type InitializeWriterOptions, StreamWriter, type StreamWriterOptions } from './writer.ts';

export interface ToRiverOptions extends StreamWriterOptions, StreamSchemaOptions, InitializeWriterOptions {
  /** Default redis://127.0.0.1:6379. */
  readonly connection?: RedisPlace;
}

/**
 * Writes a frame's results to a new River stream. A batch is taken when Redis has confirmed the one before it; a connection that breaks is
 * mended (`reconnectMs`, default 60,000), without loss or repetition.
 *
 * ```ts
 * const out = await toRiver(frame.filter('quality > 0.5'), 'clean', { connection: 'redis://lab:6379' });
 * await out.run(); // to the end of the source, then the end marker
 * ```
 *
 * @throws StreamExistsException when there is such a stream
 * @throws SchemaError for a column that River has no type for
 */
export async function toRiver(frame: DataFrame<any>, name: string, options: ToRiverOptions = {}): Promise<RiverSink> {
  const writer = new StreamWriter(options.connection, { reconnectMs: 60_000, ...options });
  await writer.initialize(name, StreamSchema.fromSchema(frame.schema, options), options);
  return new RiverSink(frame, writer);
}

/** See `toRiver`. */
export class RiverSink implements AsyncDisposable {
  readonly writer: StreamWriter;
  readonly #frame: DataFrame<any>;
  readonly #detach: () => void;

  constructor(frame: DataFrame<any>, writer: StreamWriter) {
    this.writer = writer;
    this.#frame = frame;
    this.#detach = frame.sink(batch => writer.write(batch));
  }

  /**
   * Runs the frame's source to its end (or until the signal is aborted), then ends the stream. If the source or the writer fails, the stream is
   * left without an end marker: what follows is missing.
   */
  async run(options?: RunOptions): Promise<void> {
    try {
      await this.#frame.run(options);
    } catch (error) {
      this.#detach();
      this.writer.abandon();
      throw error;
    }
    await this.end();
  }

  /** Takes no more, and writes the end marker; for frames that rows are pushed into. */
  async end(): Promise<void> {
    this.#detach();
    await this.writer.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
