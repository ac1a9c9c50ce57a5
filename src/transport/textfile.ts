import { OptionError, TransportError } from '../errors.ts';
import { type Duration, parseDuration } from '../schema/duration.ts';
import { type Carried, RefCounter, release, retain } from '../stream/metadata.ts';
import { type Emitted, type Look, Operator } from '../stream/operator.ts';
import { Source } from '../stream/source.ts';
import { type Stream, type StreamOptions, sourceStream } from '../stream/stream.ts';
import { failed } from './_failed.ts';
import { builtin } from './_node.ts';
import { delimiterBytes, Splitter } from './_split.ts';
import type { ByteSource } from './byte-source.ts';
import { openFile } from './file.ts';

export interface FromTextfileOptions extends StreamOptions {
  /** How often the end of the file is looked at, where the system does not tell of changes; default 100 ms. */
  readonly pollInterval?: Duration;
  /** What pieces end with; default a newline. It stays on them. */
  readonly delimiter?: string;
  /** Skip what is in the file when this is called. */
  readonly fromEnd?: boolean;
  /** Go on when the file grows, is emptied or replaced; default true. Else the source is exhausted at the end. */
  readonly follow?: boolean;
  /** Begin at this byte: a position that was acknowledged before. */
  readonly position?: number;
  /**
   * Told the byte up to which every piece is done with, in order: where to begin after a restart. Pieces of one read count
   * together.
   */
  readonly onAcknowledged?: (position: number) => void;
}

// 1 MiB, not 256 kB: fewer trips to the thread pool, and larger chunks for codecs.
const readBytes = 1 << 20;

/** Reads a file and cuts it. */
class TextfileSource extends Source<string> {
  override readonly label = 'from_textfile';
  readonly path: string;
  readonly #options: FromTextfileOptions;
  readonly #delimiter: string;
  readonly #pollMs: number;
  readonly #follow: boolean;
  /** Acknowledged positions wait here for those before them. */
  readonly #unfinished: { end: number; done: boolean }[] = [];
  #position: number;

  constructor(path: string, options: FromTextfileOptions) {
    super();
    this.path = path;
    this.#options = options;
    this.#delimiter = options.delimiter ?? '\n';
    if (this.#delimiter === '')
      throw new OptionError('delimiter', 'fromTextfile: the delimiter is empty; give at least one character');
    this.#pollMs = parseDuration(options.pollInterval ?? 100, 'pollInterval');
    this.#follow = options.follow ?? true;
    this.#position = options.position ?? (options.fromEnd ? sizeOf(path) : 0);
  }

  /** The byte after the last piece that was sent. */
  get position(): number {
    return this.#position;
  }

  /** The file's bytes from `position` on, for codecs: they need no text. */
  open(signal?: AbortSignal): Promise<ByteSource> {
    return openFile(this.path, { follow: this.#follow, pollMs: this.#pollMs, start: this.#position, signal });
  }

  protected override async run(): Promise<void> {
    const source = await this.open(this.signal);
    const splitter = new Splitter(delimiterBytes(this.#delimiter));
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(readBytes);
    try {
      for (let restarts = 0; !this.signal.aborted; ) {
        const bytes = await source.read(buffer);
        if (source.restarts !== restarts) {
          restarts = source.restarts;
          splitter.take();
        }
        if (bytes === 0) break;
        const whole = splitter.whole(buffer.subarray(0, bytes));
        if (whole.length === 0) continue;
        const end = source.position - splitter.rest.length;
        // When everything attached decodes bytes itself, cutting lines into strings would be most of the work.
        if (this.wanted('bytes')) await this.#sendBlock(whole, end);
        else await this.#send(decoder.decode(whole), end);
      }
      if (this.signal.aborted) return;
      if (splitter.rest.length > 0) await this.#send(decoder.decode(splitter.take()), source.position);
      this.finish();
    } finally {
      await source.close();
    }
  }

  async #sendBlock(bytes: Uint8Array, end: number): Promise<void> {
    const metadata = this.#tracked(end);
    // Not copied: an operator that takes bytes is done with them when its promise settles, and then the next are read.
    await this.give(bytes as never, metadata);
    this.#position = end;
  }

  /** Sends the pieces of a text; those not sent because of a stop are read again at the next start. */
  async #send(text: string, end: number): Promise<void> {
    const metadata = this.#tracked(end);
    retain(metadata);
    const delimiter = this.#delimiter;
    for (let at = 0; at < text.length; ) {
      const found = text.indexOf(delimiter, at);
      const next = found < 0 ? text.length : found + delimiter.length;
      const sent = this.give(text.slice(at, next), metadata);
      if (sent !== undefined) await sent;
      at = next;
      if (this.signal.aborted && at < text.length) {
        this.#position = end - new TextEncoder().encode(text.slice(at)).length;
        return;
      }
    }
    this.#position = end;
    release(metadata);
  }

  #tracked(end: number): Carried {
    const { onAcknowledged } = this.#options;
    if (!onAcknowledged) return undefined;
    const part = { end, done: false };
    this.#unfinished.push(part);
    const onZero = (): void => {
      part.done = true;
      let upTo: number | undefined;
      while (this.#unfinished[0]?.done) upTo = this.#unfinished.shift()!.end;
      if (upTo !== undefined) onAcknowledged(upTo);
    };
    return [{ ref: new RefCounter({ onZero }) }];
  }
}

function sizeOf(path: string): number {
  return builtin('fs', 'fromTextfile').statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * The pieces of a text file (lines with their newline), from its beginning, and then what is appended to it. A tail without
 * delimiter waits for more.
 */
export function fromTextfile(path: string, options: FromTextfileOptions = {}): Stream<string> {
  return sourceStream(new TextfileSource(path, options), options);
}

export interface SinkToTextfileOptions {
  /** Written after every element; default a newline. */
  readonly end?: string;
  /** `'a'` adds to the file (default), `'w'` begins it anew. */
  readonly mode?: 'a' | 'w';
}

// Beyond this `emit` waits for the disk.
const writeAhead = 256 * 1024;

/** Writes texts into a file; a reference is let go of when the bytes are with the system. */
class TextfileSink extends Operator<string, never> {
  override readonly label = 'sink_to_textfile';
  override readonly look: Look = 'sink';
  readonly #path: string;
  readonly #end: string;
  readonly #owned: boolean;
  #fd: number | undefined;
  #text = '';
  #metadata: Carried[] = [];
  #writing: Promise<void> | undefined;

  constructor(file: string | number, { end = '\n', mode = 'a' }: SinkToTextfileOptions = {}) {
    super();
    this.#path = String(file);
    this.#end = end;
    this.#owned = typeof file === 'string';
    this.#fd = typeof file === 'number' ? file : open(file, mode);
  }

  update(x: string, _who: Stream<string>, metadata: Carried): Emitted {
    if (typeof x !== 'string')
      throw new TypeError(`sinkToTextfile: ${typeof x} is no text; map elements to texts before`);
    if (this.#fd === undefined) throw new TransportError(`write: ${this.#path} is closed`);
    retain(metadata);
    if (metadata !== undefined) this.#metadata.push(metadata);
    this.#text += x + this.#end;
    this.#writing ??= this.#write();
    return this.#text.length > writeAhead ? this.#writing : undefined;
  }

  /** Resolves when everything is written. @throws TransportError when it can't be */
  async flush(): Promise<void> {
    await this.#writing;
  }

  override ended(): Emitted {
    return this.flush().then(() => this.node.end());
  }

  override async detached(): Promise<void> {
    const fd = this.#fd;
    this.#fd = undefined;
    await this.#writing?.catch(() => {});
    if (this.#owned && fd !== undefined) builtin('fs').closeSync(fd);
  }

  #write(): Promise<void> {
    const fd = this.#fd!;
    const writing = this.#drain(fd).finally(() => {
      this.#writing = undefined;
    });
    // Whoever waits for room sees it; and if nobody does it goes to onError.
    this.apart(() => writing);
    return writing;
  }

  async #drain(fd: number): Promise<void> {
    await null; // more may come in this turn
    while (this.#text !== '') {
      const bytes = new TextEncoder().encode(this.#text);
      const metadata = this.#metadata;
      this.#text = '';
      this.#metadata = [];
      for (let at = 0; at < bytes.length; ) at += await write(fd, bytes.subarray(at), this.#path);
      for (const list of metadata) release(list);
    }
  }
}

function open(path: string, mode: string): number {
  try {
    return builtin('fs', 'sinkToTextfile').openSync(path, mode);
  } catch (error) {
    throw error instanceof TransportError ? error : failed('open', path, error as NodeJS.ErrnoException);
  }
}

function write(fd: number, bytes: Uint8Array, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    builtin('fs').write(fd, bytes, (error, written) =>
      error ? reject(failed('write', path, error)) : resolve(written),
    );
  });
}

/**
 * A sink that writes every element and an end into a file: `stream.through(sinkToTextfile('out.txt'))`. `file` is a path, or
 * the number of an open file. `destroy()` closes the file, `end()` waits until all is written.
 *
 * @throws TransportError when the file can't be opened
 */
export function sinkToTextfile(file: string | number, options: SinkToTextfileOptions = {}): Operator<string, never> {
  return new TextfileSink(file, options);
}
