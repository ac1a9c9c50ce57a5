import { joinBytes } from '../codec/join-bytes.ts';
import { StateError } from '../errors.ts';
import { failed } from './_failed.ts';

type Handle = Awaited<ReturnType<typeof import('node:fs').promises.open>>;

/** So many bytes may wait to be written before whoever brings more has to wait, too. */
const mostBehind = 1 << 20;

/** Bytes into a file in their order, behind the back of whoever brings them: what waits is written at once. */
export class FileWriter {
  readonly #name: string;
  readonly #handle: Handle;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #working: Promise<void> | null = null;
  #written: number;
  #error: Error | null = null;
  /** Whether there are offsets to write at: a pipe has none. */
  readonly #isFile: boolean;

  /** @param at offset of the first byte; null for what is no regular file */
  constructor(name: string, handle: Handle, at: number | null) {
    this.#name = name;
    this.#handle = handle;
    this.#isFile = at !== null;
    this.#written = at ?? 0;
  }

  /** Of the file, once everything is written. */
  get length(): number {
    return this.#written + this.#waitingBytes;
  }

  /** Takes the bytes; a promise when too many wait. @throws TransportError when bytes before these could not be written */
  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#error) throw this.#error;
    if (bytes.length === 0) return undefined;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#working ??= this.#work();
    return this.#waitingBytes > mostBehind ? this.flush() : undefined;
  }

  /** Resolves when nothing waits. @throws TransportError */
  async flush(): Promise<void> {
    while (this.#working) await this.#working;
    if (this.#error) throw this.#error;
  }

  /** As `flush`, and what is written is on the disk. @throws TransportError */
  async sync(): Promise<void> {
    await this.flush();
    if (!this.#isFile)
      throw new StateError(`checkpoint: ${this.#name} is no regular file, and can't be cut; write one`);
    await this.#attempt(() => this.#handle.datasync());
  }

  async close(): Promise<void> {
    await this.flush().catch(() => {}); // told before, or by whoever asked for it
    await this.#handle.close();
  }

  async #work(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const bytes = this.#waiting.length === 1 ? this.#waiting[0]! : joinBytes(this.#waiting);
        this.#waiting = [];
        for (let at = 0; at < bytes.length; ) {
          const { bytesWritten } = await this.#attempt(() =>
            this.#handle.write(bytes, at, bytes.length - at, this.#isFile ? this.#written : null),
          );
          at += bytesWritten;
          this.#written += bytesWritten;
          this.#waitingBytes -= bytesWritten;
        }
      }
    } catch (error) {
      this.#error = error as Error;
    } finally {
      this.#working = null;
    }
  }

  async #attempt<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw failed('write', this.#name, error as NodeJS.ErrnoException);
    }
  }
}
