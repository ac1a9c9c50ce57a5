import type { RandomAccess } from '../codec/codec.ts';
import { TransportError } from '../errors.ts';
import { builtin } from './_node.ts';
import type { ByteSource } from './byte-source.ts';

export interface FileOptions {
  /** Wait for more at the end of the file, and go on when it is emptied or replaced, until the signal says otherwise. */
  readonly follow?: boolean;
  /** Offset of the first byte that is read; default 0. Regular files only. */
  readonly start?: number;
  /** Ends the source: a read that waits resolves to 0. */
  readonly signal?: AbortSignal;
  /** How often a followed file is looked at where the system tells nothing of changes; default 250. */
  readonly pollMs?: number;
}

/**
 * A file, from its first byte.
 *
 * @throws TransportError when it can't be opened
 */
export async function openFile(path: string, options: FileOptions = {}): Promise<ByteSource> {
  const fs = builtin('fs', 'open');
  const handle = await attempt(path, () => fs.promises.open(path, 'r'));
  const stats = await handle.stat();
  if (stats.isFile()) return new FileSource(path, handle, stats.size, options);
  if (stats.isDirectory()) {
    await handle.close();
    throw new TransportError(`open: ${path} is a folder; name the files in it: ${path.replace(/\/+$/, '')}/*`);
  }
  // A named pipe or a terminal: there are no offsets to read at.
  return new ReadableSource(path, handle.createReadStream(), options.signal);
}

/** What comes in on standard input. */
export async function openStdin(options: Pick<FileOptions, 'signal'> = {}): Promise<ByteSource> {
  const stats = builtin('fs', 'open').fstatSync(0);
  const bytes = stats.isFile() ? stats.size : null;
  return new ReadableSource('stdin', builtin('process').stdin, options.signal, bytes);
}

/** Bytes of a Node stream, such as standard input, a socket or a response. */
export function readableSource(name: string, stream: NodeJS.ReadableStream, signal?: AbortSignal): ByteSource {
  return new ReadableSource(name, stream, signal);
}

/**
 * A file that is read at any place.
 *
 * @throws TransportError when it can't be opened, or is no regular file
 */
export async function randomAccess(path: string): Promise<RandomAccess & { close(): Promise<void> }> {
  const handle = await attempt(path, () => builtin('fs', 'open').promises.open(path, 'r'));
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    throw new TransportError(`open: ${path} is no regular file; this format is read from its end and wants one`);
  }
  return {
    byteLength: stats.size,
    async slice(start, end) {
      const buffer = new ArrayBuffer(Math.max(0, Math.min(end, stats.size) - start));
      const view = new Uint8Array(buffer);
      for (let at = 0; at < view.length; ) {
        const { bytesRead } = await attempt(path, () => handle.read(view, at, view.length - at, start + at));
        if (bytesRead === 0) throw new TransportError(`read: ${path} became shorter while it was read`);
        at += bytesRead;
      }
      return buffer;
    },
    close: () => handle.close(),
  };
}

/** Bytes of a file, or null when it is no regular file (or gone). */
export async function fileBytes(path: string): Promise<number | null> {
  const stats = await builtin('fs')
    .promises.stat(path)
    .catch(() => null);
  return stats?.isFile() ? stats.size : null;
}

type Handle = Awaited<ReturnType<typeof import('node:fs').promises.open>>;

class FileSource implements ByteSource {
  readonly name: string;
  readonly storedBytes: number;
  position = 0;
  restarts = 0;
  #handle: Handle | null;
  readonly #follow: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #pollMs: number;

  constructor(path: string, handle: Handle, bytes: number, options: FileOptions) {
    this.name = path;
    this.storedBytes = bytes;
    this.#handle = handle;
    this.position = options.start ?? 0;
    this.#follow = options.follow ?? false;
    this.#signal = options.signal;
    this.#pollMs = options.pollMs ?? 250;
  }

  get storedPosition(): number {
    return this.position;
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#handle && !this.#signal?.aborted && into.length > 0) {
      const bytes = await this.#readAt(this.#handle.fd, into);
      this.position += bytes;
      if (bytes > 0) return bytes;
      if (!this.#follow) return 0;
      await this.#more();
    }
    return 0;
  }

  // fs.read, not handle.read: it makes no result object, and takes views of shared memory as they are.
  #readAt(fd: number, into: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      builtin('fs').read(fd, into, 0, into.length, this.position, (error, bytes) =>
        error ? reject(failed('read', this.name, error)) : resolve(bytes),
      );
    });
  }

  /** At the end of a followed file: notices a new file under its name, or one that was emptied; else waits for a change. */
  async #more(): Promise<void> {
    const { promises } = builtin('fs');
    const handle = this.#handle;
    if (!handle) return;
    const [mine, named] = await Promise.all([handle.stat(), promises.stat(this.name).catch(() => null)]);
    if (mine.size > this.position) return;
    if (named && (named.ino !== mine.ino || named.dev !== mine.dev)) {
      this.#handle = await attempt(this.name, () => promises.open(this.name, 'r'));
      await handle.close();
      this.#restart();
    } else if (mine.size < this.position) {
      this.#restart();
    } else {
      await this.#change();
    }
  }

  #restart(): void {
    this.position = 0;
    this.restarts++;
  }

  /** Resolves when the file may have changed, after `pollMs` at the latest, or when the signal is aborted. */
  #change(): Promise<void> {
    return new Promise(resolve => {
      let watcher: import('node:fs').FSWatcher | undefined;
      const done = (): void => {
        clearTimeout(timer);
        this.#signal?.removeEventListener('abort', done);
        watcher?.close();
        resolve();
      };
      const timer = setTimeout(done, this.#pollMs);
      this.#signal?.addEventListener('abort', done, { once: true });
      try {
        watcher = builtin('fs').watch(this.name, { persistent: false }, done);
        watcher.on('error', () => watcher?.close());
      } catch {
        // no notices here (a network file system, no watches left, the file is gone): the timer looks again
      }
    });
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }
}

class ReadableSource implements ByteSource {
  readonly name: string;
  readonly storedBytes: number | null;
  readonly restarts = 0;
  position = 0;
  readonly #stream: NodeJS.ReadableStream;
  readonly #signal: AbortSignal | undefined;
  #left: Uint8Array | null = null;
  #ended = false;
  #error: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(name: string, stream: NodeJS.ReadableStream, signal?: AbortSignal, bytes: number | null = null) {
    this.name = name;
    this.storedBytes = bytes;
    this.#stream = stream;
    this.#signal = signal;
    const wake = (): void => this.#wake?.();
    const ended = (): void => {
      this.#ended = true;
      wake();
    };
    stream.on('readable', wake);
    stream.on('end', ended);
    stream.on('close', ended);
    stream.on('error', (error: Error) => {
      this.#error = error;
      wake();
    });
    signal?.addEventListener('abort', wake, { once: true });
  }

  get storedPosition(): number {
    return this.position;
  }

  async read(into: Uint8Array): Promise<number> {
    for (;;) {
      if (this.#signal?.aborted || into.length === 0) return 0;
      this.#left ??= asBytes(this.#stream.read());
      if (this.#left) return this.#take(this.#left, into);
      if (this.#error) throw failed('read', this.name, this.#error);
      if (this.#ended) return 0;
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
  }

  #take(from: Uint8Array, into: Uint8Array): number {
    const bytes = Math.min(from.length, into.length);
    into.set(bytes === from.length ? from : from.subarray(0, bytes));
    this.#left = bytes === from.length ? null : from.subarray(bytes);
    this.position += bytes;
    return bytes;
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#left = null;
    this.#wake?.();
    (this.#stream as { destroy?: () => void }).destroy?.();
  }
}

const asBytes = (piece: unknown): Uint8Array | null =>
  typeof piece === 'string' ? new TextEncoder().encode(piece) : ((piece as Uint8Array | null) ?? null);

async function attempt<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw failed('open', path, error as NodeJS.ErrnoException);
  }
}

const reasons: Readonly<Record<string, string>> = /* @__PURE__ */ Object.freeze({
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
  EMFILE: 'too many files are open',
  ENOSPC: 'the disk is full',
});

/** The error of a system call as ours, with words for the usual reasons. */
export function failed(verb: string, path: string, error: NodeJS.ErrnoException): TransportError {
  return new TransportError(`${verb}: ${path}: ${reasons[error.code ?? ''] ?? error.message}`, { cause: error });
}
