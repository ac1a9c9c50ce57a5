/**
 * Bytes read on demand: the reader says when and where to, so back-pressure is not asking.
 *
 * ```
 * const into = decoder.reserve(1 << 20);
 * const bytes = await source.read(into);
 * if (bytes === 0) decoder.end(); else decoder.commit(bytes);
 * ```
 */
export interface ByteSource {
  /** Present for regular files, which can be read again from any place. */
  readonly file?: RegularFile;
  /** What errors call it: a path, `stdin`. */
  readonly name: string;
  /** Offset of the next byte that `read` gives, in the text: after decompression. */
  readonly position: number;
  /** Bytes taken from the file itself (compressed ones, if it is), for progress. */
  readonly storedPosition: number;
  /** Bytes the file had when it was opened; null when there is no telling (a pipe). */
  readonly storedBytes: number | null;
  /**
   * How often the file was replaced or emptied while it was followed: `position` began again at 0 each time, and a format
   * with a header wants a new decoder.
   */
  readonly restarts: number;
  /**
   * Fills the beginning of `into`, which may lie in shared memory, and resolves to the number of bytes: at least 1, or 0 at
   * the end (and after the signal was aborted). One read at a time.
   *
   * @throws TransportError when the outside world fails
   * @throws DataError when compressed bytes are damaged
   */
  read(into: Uint8Array): Promise<number>;
  /** Frees the file; allowed at any time, also twice. */
  close(): Promise<void>;
}

/** What tells a file from another, and a way to go elsewhere in it. */
export interface RegularFile {
  /** Device and inode: the file itself, whatever it is called meanwhile. */
  readonly id: string;
  /** Its first bytes, at most 4 KiB, as far as they were read. */
  readonly head: Uint8Array;
  /** Reads the first `bytes` bytes (at most 4 KiB) into `head`, or as many as there are. @throws TransportError */
  readHead(bytes: number): Promise<Uint8Array>;
  /** The next `read` begins at this offset. */
  seek(position: number): void;
}

const discardBytes = 256 * 1024;

/** Goes on to a later offset of the text: at once in a plain file, else by reading. @returns whether the text is so long */
export async function skipTo(source: ByteSource, position: number): Promise<boolean> {
  if (source.file) {
    source.file.seek(position);
    return true;
  }
  const into = new Uint8Array(discardBytes);
  while (source.position < position) {
    const bytes = await source.read(into.subarray(0, Math.min(discardBytes, position - source.position)));
    if (bytes === 0) return false;
  }
  return true;
}
