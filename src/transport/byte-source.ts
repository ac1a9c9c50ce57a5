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
