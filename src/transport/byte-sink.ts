/** Where bytes are written to; the promise of `write` is the back-pressure. */
export interface ByteSink {
  /** What errors call it: a path, `stdout`. */
  readonly name: string;
  /** Resolves when more may be written. @throws TransportError when the outside world fails */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything is with the system; nothing may be written after it. @throws TransportError */
  end(): Promise<void>;
}
