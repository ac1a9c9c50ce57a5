import { TransportError } from '../errors.ts';
import { attempt, failed } from './_failed.ts';
import { builtin } from './_node.ts';
import type { ByteSource, RegularFile } from './byte-source.ts';
import { ReadableSource } from './readable.ts';

export interface FileOptions {
  /** Wait for more at the end of the file, and go on when it is emptied or replaced, until the signal says otherwise. */
  readonly follow?: boolean;
  /** Offset of the first byte that is read; default 0. Regular files only. */
  readonly start?: number;
  /** Where the file lies now, if a followed one was renamed since: read to its end, then the file of the name itself is next. */
  readonly movedTo?: string;
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
  const handle = await attempt(path, () => fs.promises.open(options.movedTo ?? path, 'r'));
  const stats = await handle.stat();
  if (stats.isFile()) return new FileSource(path, handle, stats, options);
  if (stats.isDirectory()) {
    await handle.close();
    throw new TransportError(`open: ${path} is a folder; name the files in it: ${path.replace(/\/+$/, '')}/*`);
  }
  // A named pipe or a terminal: there are no offsets to read at.
  return new ReadableSource(path, handle.createReadStream(), options.signal);
}

/** Bytes of a file, or null when it is no regular file (or gone). */
export async function fileBytes(path: string): Promise<number | null> {
  const stats = await builtin('fs')
    .promises.stat(path)
    .catch(() => null);
  return stats?.isFile() ? stats.size : null;
}

/** The path of a file in the folder of `path`, by what it is: one that was renamed. Null when it is not there. */
export async function movedFile(path: string, id: string): Promise<string | null> {
  const { promises } = builtin('fs');
  const { dirname, join } = builtin('path');
  const names = await promises.readdir(dirname(path)).catch(() => []);
  for (const name of names) {
    const moved = join(dirname(path), name);
    const stats = await promises.stat(moved).catch(() => null);
    if (stats?.isFile() && idOf(stats) === id) return moved;
  }
  return null;
}

type Handle = Awaited<ReturnType<typeof import('node:fs').promises.open>>;
type Stats = import('node:fs').Stats;

const headBytes = 4096;
const idOf = ({ dev, ino }: Stats): string => `${dev}:${ino}`;

class FileSource implements ByteSource, RegularFile {
  readonly name: string;
  readonly storedBytes: number;
  position = 0;
  restarts = 0;
  head: Uint8Array = new Uint8Array(0);
  id: string;
  #handle: Handle | null;
  readonly #follow: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #pollMs: number;

  constructor(path: string, handle: Handle, stats: Stats, options: FileOptions) {
    this.name = path;
    this.storedBytes = stats.size;
    this.id = idOf(stats);
    this.#handle = handle;
    this.position = options.start ?? 0;
    this.#follow = options.follow ?? false;
    this.#signal = options.signal;
    this.#pollMs = options.pollMs ?? 250;
  }

  get storedPosition(): number {
    return this.position;
  }

  get file(): RegularFile {
    return this;
  }

  seek(position: number): void {
    this.position = position;
  }

  async readHead(bytes: number): Promise<Uint8Array> {
    const head = new Uint8Array(Math.min(bytes, headBytes));
    let read = 0;
    for (let more = -1; more !== 0 && read < head.length && this.#handle; read += more) {
      more = await this.#readAt(this.#handle.fd, head.subarray(read), read);
    }
    this.head = head.subarray(0, read);
    return this.head;
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#handle && !this.#signal?.aborted && into.length > 0) {
      const bytes = await this.#readAt(this.#handle.fd, into, this.position);
      if (this.position === this.head.length) this.#keepHead(into.subarray(0, bytes));
      this.position += bytes;
      if (bytes > 0) return bytes;
      if (!this.#follow) return 0;
      await this.#more();
    }
    return 0;
  }

  // fs.read, not handle.read: it makes no result object, and takes views of shared memory as they are.
  #readAt(fd: number, into: Uint8Array, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      builtin('fs').read(fd, into, 0, into.length, position, (error, bytes) =>
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
      this.id = idOf(await this.#handle.stat());
      this.#restart();
    } else if (mine.size < this.position) {
      this.#restart();
    } else {
      await this.#change();
    }
  }

  #keepHead(read: Uint8Array): void {
    const more = read.subarray(0, headBytes - this.head.length);
    if (more.length === 0) return;
    const head = new Uint8Array(this.head.length + more.length);
    head.set(this.head);
    head.set(more, this.head.length);
    this.head = head;
  }

  #restart(): void {
    this.position = 0;
    this.head = new Uint8Array(0);
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
