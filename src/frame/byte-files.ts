import type { Codec, Decoder, DecoderPosition } from '../codec/codec.ts';
import type { Chunk } from '../column/chunk.ts';
import { OptionError, StateError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import type { Schema } from '../schema/schema.ts';
import type { ByteSource } from '../transport/byte-source.ts';
import { openFile } from '../transport/file.ts';
import { openStdin } from '../transport/readable.ts';
import { checkedPosition, type FilesPosition, factsOf, pathsLeft } from './files-position.ts';
import type { OpenOptions } from './open-frame.ts';
import { goOn, plainText, reopen } from './reopen.ts';
import type { FrameSource, SourceMetrics } from './root.ts';

type Push = (rows: unknown) => void | Promise<void>;

/** A file that is being read. */
interface Current {
  readonly path: string;
  /** What its bytes come from: with `text` the plain text. */
  readonly stored: ByteSource;
  readonly text: ByteSource;
  decoder: Decoder;
  /** Of the file that the decoder is in: a followed one may be replaced. */
  id: string | null;
  head: Uint8Array;
}

const readBytes = 1 << 20;

/** Files that are read from the first byte to the last. */
export class ByteFiles implements FrameSource {
  readonly #paths: readonly string[];
  #codec: Codec;
  readonly #memory: Memory;
  readonly #options: OpenOptions;
  /** What was opened to find the columns and can't be opened again (standard input). */
  #begun: {
    readonly source: ByteSource;
    readonly decoder: Decoder;
    readonly chunk: Chunk | null;
    readonly ended: boolean;
  } | null = null;
  #metrics: SourceMetrics = { bytes: 0, storedBytes: 0, skipped: 0 };
  /** Where reading goes on; while a file is read, its paths that are done. */
  #from: FilesPosition = { done: [], current: null };
  #current: Current | null = null;

  constructor(paths: readonly string[], codec: Codec, memory: Memory, options: OpenOptions) {
    this.#paths = paths;
    this.#codec = codec;
    this.#memory = memory;
    this.#options = options;
  }

  async open({ signal }: OpenOptions): Promise<Schema> {
    if (this.#codec.schema) return this.#codec.schema;
    const path = this.#paths[0]!;
    const source =
      path === '-' ? await openStdin({ signal }) : plainText(await openFile(path, { signal }), path, signal);
    const decoder = this.#decoder(path);
    let keep = false;
    let chunk: Chunk | null = null;
    let ended = false;
    try {
      while (!decoder.schema && !ended) {
        const bytes = await source.read(decoder.reserve(readBytes));
        taken(decoder, bytes);
        ended = bytes === 0;
        chunk = decoder.next();
      }
      const { schema } = decoder;
      if (!schema)
        throw new OptionError('schema', `openFrame: ${path} holds no records that tell its columns; give a schema`);
      keep = path === '-';
      if (keep) this.#begun = { source, decoder, chunk, ended };
      else this.#codec = this.#codec.withSchema?.(schema) ?? this.#codec;
      return schema;
    } finally {
      if (!keep) {
        decoder.dispose();
        await source.close();
      }
    }
  }

  async run(push: Push, columns: readonly string[], signal?: AbortSignal): Promise<void> {
    for (const path of pathsLeft(this.#paths, this.#from)) {
      if (signal?.aborted) return;
      const begun = this.#begun;
      this.#begun = null;
      const current = begun
        ? currentOf(path, begun.source, begun.source, begun.decoder)
        : await this.#open(path, columns, signal);
      this.#current = current;
      this.#from = { done: this.#from.done, current: null };
      try {
        if (begun?.chunk) await push(begun.chunk);
        if (begun?.ended) await this.#drain(push, signal);
        else await this.#read(current, push, columns, signal);
        const { done } = this.#from;
        if (!signal?.aborted) this.#from = { done: [...done, path], current: null };
        else if (current.id !== null) this.#from = this.position();
      } finally {
        this.#metrics = this.metrics();
        this.#current = null;
        current.decoder.dispose();
        await current.text.close();
      }
    }
  }

  metrics(): SourceMetrics {
    const { bytes, storedBytes, skipped } = this.#metrics;
    if (!this.#current) return this.#metrics;
    const { text, decoder } = this.#current;
    return {
      bytes: bytes + text.position,
      storedBytes: storedBytes + text.storedPosition,
      skipped: skipped + decoder.skipped,
    };
  }

  /** @throws StateError for what can't be read again: standard input, pipes, codecs that can't tell */
  position(): FilesPosition {
    if (this.#paths.includes('-')) throw unrepeatable('standard input');
    if (!this.#current) return this.#from;
    const { path, id, head, decoder } = this.#current;
    if (id === null) throw unrepeatable(path);
    const at = decoder.position;
    if (!at) {
      throw new StateError(`checkpoint: a decoder of ${this.#codec.name} does not tell its position; give it one`);
    }
    return { done: this.#from.done, current: { file: { ...factsOf(path, head, this.#memory), id }, at } };
  }

  seek(position: unknown): void {
    this.#from = checkedPosition(position);
  }

  async #read(
    current: Current,
    push: Push,
    columns: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { path, stored, text } = current;
    let { restarts } = text;
    while (!signal?.aborted) {
      const space = current.decoder.reserve(readBytes);
      const bytes = await text.read(space);
      if (text.restarts === restarts) {
        // what comes of a file after the signal is no whole record: it is left for the next run
        if (bytes === 0 && signal?.aborted) return;
        taken(current.decoder, bytes);
      } else {
        // The file was replaced: what was read begins a new text, with a header of its own.
        restarts = text.restarts;
        const begin = space.slice(0, bytes);
        current.decoder.end();
        await this.#drain(push, signal);
        current.decoder.dispose();
        current.decoder = this.#decoder(path, columns);
        current.decoder.write(begin);
      }
      current.id = stored.file?.id ?? null;
      current.head = stored.file?.head ?? current.head;
      await this.#drain(push, signal);
      if (bytes === 0) return;
    }
  }

  /** Pushes the chunks that the decoder has ready. */
  async #drain(push: Push, signal: AbortSignal | undefined): Promise<void> {
    const { decoder } = this.#current!;
    for (let chunk = decoder.next(); chunk && !signal?.aborted; chunk = decoder.next()) await push(chunk);
  }

  /** Opens a file at its beginning, or where a checkpoint left it. */
  async #open(path: string, columns: readonly string[], signal: AbortSignal | undefined): Promise<Current> {
    const { follow } = this.#options;
    const { current } = this.#from;
    if (path === '-') {
      const stdin = await openStdin({ signal });
      return currentOf(path, stdin, stdin, this.#decoder(path, columns));
    }
    if (current?.file.path !== path) {
      const stored = await openFile(path, { signal, follow });
      return currentOf(path, stored, plainText(stored, path, signal), this.#decoder(path, columns));
    }
    const { stored, at } = await reopen(current.file, current.at, this.#memory, { signal, follow });
    const text = plainText(stored, path, signal);
    const decoder = this.#decoder(path, columns, at);
    try {
      if (at) await goOn(text, decoder, at);
    } catch (error) {
      decoder.dispose();
      await text.close();
      throw error;
    }
    return currentOf(path, stored, text, decoder);
  }

  #decoder(path: string, columns?: readonly string[], resume?: DecoderPosition): Decoder {
    const { onBadRecord } = this.#options;
    const source = path === '-' ? 'stdin' : path;
    return this.#codec.decoder({ memory: this.#memory, source, onBadRecord, columns, resume });
  }
}

const currentOf = (path: string, stored: ByteSource, text: ByteSource, decoder: Decoder): Current => ({
  path,
  stored,
  text,
  decoder,
  id: stored.file?.id ?? null,
  head: stored.file?.head ?? new Uint8Array(0),
});

/** That many bytes were read into the decoder's space; 0: it was the end. */
function taken(decoder: Decoder, bytes: number): void {
  if (bytes === 0) decoder.end();
  else decoder.commit(bytes);
}

const unrepeatable = (name: string): StateError =>
  new StateError(`checkpoint: ${name} can't be read again, so nothing could go on from a checkpoint; read a file`);
