import { digestText } from '../checkpoint/digest.ts';
import type { DecoderPosition } from '../codec/codec.ts';
import { StateError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';

/** A file, and what tells it from others of its name. */
export interface FileFacts {
  readonly path: string;
  /** So many bytes of it that never change, and their checksum. */
  readonly bytes: number;
  readonly checksum: string;
  /** What the system calls it, whatever its name. */
  readonly id?: string;
}

/** How far files have been read, one after another. Plain data. */
export interface FilesPosition {
  /** Paths of those that are done. */
  readonly done: readonly string[];
  /** The one that is being read; null between two. */
  readonly current: { readonly file: FileFacts; readonly at: DecoderPosition } | null;
}

export const factsOf = (path: string, bytes: Uint8Array, memory: Memory): FileFacts => ({
  path,
  bytes: bytes.length,
  checksum: digestText(bytes, memory),
});

/** @throws StateError when it is a position of some other source */
export function checkedPosition(position: unknown): FilesPosition {
  const { done, current } = (position ?? {}) as Partial<FilesPosition>;
  if (Array.isArray(done) && current !== undefined) return { done, current };
  throw new StateError('restore: this checkpoint was made while something else was read than files; open what it was');
}

/**
 * The paths that are not done yet, the one that was being read first.
 *
 * @throws StateError when that is not among them
 */
export function pathsLeft(paths: readonly string[], { done, current }: FilesPosition): string[] {
  const left = [...paths];
  for (const path of done) {
    const at = left.indexOf(path);
    if (at >= 0) left.splice(at, 1);
  }
  if (!current) return left;
  const { path } = current.file;
  const at = left.indexOf(path);
  if (at < 0) {
    throw new StateError(
      `run: the checkpoint was made while ${path} was read, which is not among the files; name it, too`,
    );
  }
  return [path, ...left.slice(0, at), ...left.slice(at + 1)];
}
