/** Where bytes are written to; the promise of `write` is the back-pressure. */
export interface ByteSink {
  /** What errors call it: a path, `stdout`. */
  readonly name: string;
  /** Resolves when more may be written. @throws TransportError when the outside world fails */
  write(bytes: Uint8Array): Promise<void>;
  /** Of files: how long the file is now, fulfilled when all of that is on the disk. Writing may go on in the meantime. @throws TransportError */
  sync?(): Promise<number>;
  /** Resolves when everything is with the system (and of a file that was synced, on the disk); nothing may be written after it. @throws TransportError */
  end(): Promise<void>;
}
