import { DataError, OptionError, StateError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import { failed } from '../transport/_failed.ts';
import { builtin } from '../transport/_node.ts';
import { createFile } from '../transport/file-sink.ts';
import { randomAccess } from '../transport/random-access.ts';
import { checkpointPieces, readCheckpoint } from './format.ts';
import { FolderLock } from './lock.ts';

/** What is in a folder of checkpoints. */
export interface Stored {
  readonly path: string;
  readonly value: unknown;
  /** Newer ones that can't be read, with what is wrong with them. */
  readonly damaged: readonly { readonly path: string; readonly problem: string }[];
}

const extension = '.checkpoint';
const unfinished = '.tmp';

/**
 * A folder of numbered checkpoints, of one process at a time. One is there whole or not at all: it is written beside, brought to the disk
 * and then renamed.
 */
export class CheckpointFolder implements AsyncDisposable {
  readonly #dir: string;
  readonly #keep: number;
  readonly #memory: Memory;
  readonly #lock: FolderLock;
  /** Those that are there, the oldest first. */
  #numbers: number[] = [];

  /**
   * Makes the folder if there is none, and takes it.
   *
   * @param keep so many checkpoints stay
   * @throws StateError when another process has it; TransportError when it can't be made or read
   */
  static async open(dir: string, keep: number, memory: Memory): Promise<CheckpointFolder> {
    if (!Number.isSafeInteger(keep) || keep < 1) {
      throw new OptionError('keep', `run: keep is ${keep}; give how many checkpoints stay, 1 or more`);
    }
    const { promises } = builtin('fs', 'run');
    const attempt = <T>(work: Promise<T>): Promise<T> =>
      work.catch(error => {
        throw error instanceof StateError ? error : failed('run', dir, error);
      });
    await attempt(promises.mkdir(dir, { recursive: true }));
    const lock = await attempt(FolderLock.take(dir));
    const folder = new CheckpointFolder(dir, keep, memory, lock);
    try {
      await attempt(folder.#tidy());
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
    return folder;
  }

  private constructor(dir: string, keep: number, memory: Memory, lock: FolderLock) {
    this.#dir = dir;
    this.#keep = keep;
    this.#memory = memory;
    this.#lock = lock;
  }

  /** Whether there are any checkpoints. */
  get isEmpty(): boolean {
    return this.#numbers.length === 0;
  }

  /**
   * The newest checkpoint that can be read; null when there is none at all.
   *
   * @throws StateError when there are some and none can be read, or the newest is of another version
   */
  async newest(): Promise<Stored | null> {
    const damaged: { path: string; problem: string }[] = [];
    for (const number of this.#numbers.toReversed()) {
      const path = this.#pathOf(number);
      try {
        return { path, value: readCheckpoint(await bytesOf(path), this.#memory), damaged };
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        damaged.push({ path, problem: error.message });
      }
    }
    if (damaged.length === 0) return null;
    throw new StateError(
      `run: none of the ${damaged.length} checkpoints in ${this.#dir} can be read; remove them to begin anew. ${damaged[0]!.problem}`,
    );
  }

  /** Writes one more, and removes those that are too many; resolves to its bytes when it is on the disk. */
  async write(value: unknown): Promise<number> {
    const { promises } = builtin('fs');
    const number = (this.#numbers.at(-1) ?? 0) + 1;
    const path = this.#pathOf(number);
    const beside = path + unfinished;
    const file = await createFile(beside);
    let bytes: number;
    try {
      for (const piece of checkpointPieces(value, this.#memory)) await file.write(piece);
      bytes = await file.sync();
    } finally {
      await file.end();
    }
    await this.#lock.check();
    await promises.rename(beside, path);
    await this.#syncNames();
    this.#numbers.push(number);
    for (const old of this.#numbers.splice(0, Math.max(0, this.#numbers.length - this.#keep))) {
      await promises.rm(this.#pathOf(old), { force: true });
    }
    return bytes;
  }

  /** Lets go of the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock[Symbol.asyncDispose]();
  }

  #pathOf(number: number): string {
    return builtin('path').join(this.#dir, String(number).padStart(12, '0') + extension);
  }

  /** Removes what a killed process had not finished, and finds what is there. */
  async #tidy(): Promise<void> {
    const { promises } = builtin('fs');
    const names = await promises.readdir(this.#dir);
    for (const name of names) {
      const number = /^(\d{12})\.checkpoint(\.tmp)?$/.exec(name);
      if (!number) continue;
      if (!number[2]) this.#numbers.push(Number(number[1]));
      else await promises.rm(builtin('path').join(this.#dir, name), { force: true });
    }
    this.#numbers.sort((a, b) => a - b);
  }

  /** A name is on the disk when its folder is. Windows has no such thing. */
  async #syncNames(): Promise<void> {
    const handle = await builtin('fs')
      .promises.open(this.#dir, 'r')
      .catch(() => null);
    if (!handle) return;
    try {
      await handle.sync();
    } catch (error) {
      if (builtin('process').platform !== 'win32') throw failed('write', this.#dir, error as NodeJS.ErrnoException);
    } finally {
      await handle.close();
    }
  }
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const file = await randomAccess(path);
  try {
    return new Uint8Array(await file.slice(0, file.byteLength));
  } finally {
    await file.close();
  }
}
