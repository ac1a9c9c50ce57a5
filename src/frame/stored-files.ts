import type { FileCodec } from '../codec/codec.ts';
import { StateError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import type { Schema } from '../schema/schema.ts';
import { randomAccess } from '../transport/random-access.ts';
import { checkedPosition, type FileFacts, type FilesPosition, factsOf, pathsLeft } from './files-position.ts';
import type { FrameSource, SourceMetrics } from './root.ts';

type OpenedFile = Awaited<ReturnType<typeof randomAccess>>;

/** The last bytes of such a file tell all about it. */
const tailBytes = 4096;

/** Files that are read from their end. */
export class StoredFiles implements FrameSource {
  readonly #paths: readonly string[];
  readonly #codec: FileCodec;
  readonly #memory: Memory;
  #bytes = 0;
  #position: FilesPosition = { done: [], current: null };

  constructor(paths: readonly string[], codec: FileCodec, memory: Memory) {
    this.#paths = paths;
    this.#codec = codec;
    this.#memory = memory;
  }

  async open(): Promise<Schema> {
    const file = await randomAccess(this.#paths[0]!);
    try {
      return await this.#codec.schemaOf(file, this.#paths[0]!);
    } finally {
      await file.close();
    }
  }

  async run(
    push: (rows: unknown) => void | Promise<void>,
    columns: readonly string[],
    signal?: AbortSignal,
  ): Promise<void> {
    for (const path of pathsLeft(this.#paths, this.#position)) {
      if (signal?.aborted) return;
      const file = await randomAccess(path);
      try {
        await this.#read(path, file, push, columns, signal);
      } finally {
        await file.close();
      }
      if (signal?.aborted) return;
      this.#position = { done: [...this.#position.done, path], current: null };
    }
  }

  position(): FilesPosition {
    return this.#position;
  }

  seek(position: unknown): void {
    this.#position = checkedPosition(position);
  }

  metrics(): SourceMetrics {
    return { bytes: this.#bytes, storedBytes: this.#bytes, skipped: 0 };
  }

  async #read(
    path: string,
    opened: OpenedFile,
    push: (rows: unknown) => void | Promise<void>,
    columns: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const file = await this.#facts(path, opened);
    const { done, current } = this.#position;
    mustBeSame(file, current?.file);
    let rows = (current?.at.state as number | undefined) ?? 0;
    const counted = {
      byteLength: opened.byteLength,
      slice: (start: number, end: number) => this.#count(opened.slice(start, end)),
    };
    const options = { memory: this.#memory, source: path, columns, skipRows: rows };
    for await (const chunk of this.#codec.read(counted, options)) {
      if (signal?.aborted) return;
      rows += chunk.length;
      this.#position = { done, current: { file, at: { bytes: 0, state: rows } } };
      await push(chunk);
    }
  }

  async #facts(path: string, file: OpenedFile): Promise<FileFacts> {
    const { byteLength } = file;
    const tail = await file.slice(Math.max(0, byteLength - tailBytes), byteLength);
    return factsOf(path, new Uint8Array(tail), this.#memory);
  }

  async #count(read: Promise<ArrayBuffer>): Promise<ArrayBuffer> {
    const buffer = await read;
    this.#bytes += buffer.byteLength;
    return buffer;
  }
}

function mustBeSame(file: FileFacts, saved: FileFacts | undefined): void {
  if (!saved || (saved.checksum === file.checksum && saved.bytes === file.bytes)) return;
  throw new StateError(`run: ${file.path} is another file than the checkpoint's; put that one back, or begin anew`);
}
