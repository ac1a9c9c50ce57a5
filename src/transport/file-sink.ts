import { StateError } from '../errors.ts';
import { failed } from './_failed.ts';
import { FileWriter } from './_file-writer.ts';
import { builtin } from './_node.ts';
import { compressor, PackedMember } from './_packed-member.ts';
import type { ByteSink } from './byte-sink.ts';
import type { CompressionName } from './file-format.ts';

/**
 * A file to write to, compressed if asked: a new one at `path`, or an old one emptied; or one that is cut at the length that `sync` told,
 * to go on from there.
 *
 * @throws OptionError when this Node can't compress so
 * @throws StateError when there is less of the file than that
 * @throws TransportError when it can't be written
 */
export async function createFile(
  path: string,
  compression: CompressionName | null = null,
  length: number | null = null,
): Promise<ByteSink & { sync(): Promise<number> }> {
  const packer = compression && compressor(compression);
  const { promises } = builtin('fs', 'write');
  const handle = await promises.open(path, length === null ? 'w' : 'r+').catch(error => {
    throw failed('write', path, error);
  });
  const stats = await handle.stat();
  if (length !== null) {
    const { size } = stats;
    if (size < length) {
      await handle.close();
      throw new StateError(
        `run: ${path} has ${size} bytes, and had ${length} when the checkpoint was made; put that file back, or begin anew`,
      );
    }
    await handle.truncate(length);
  }
  return new FileSink(path, new FileWriter(path, handle, stats.isFile() ? (length ?? 0) : null), packer);
}

class FileSink implements ByteSink {
  readonly name: string;
  readonly #out: FileWriter;
  readonly #packer: (() => import('node:stream').Transform) | null;
  #member: PackedMember | null = null;
  /** When the members before are with the writer. */
  #before: Promise<void> = Promise.resolve();
  #isDurable = false;
  #isClosed = false;

  constructor(name: string, out: FileWriter, packer: (() => import('node:stream').Transform) | null) {
    this.name = name;
    this.#out = out;
    this.#packer = packer;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length > 0) await (this.#packer ? this.#open(this.#packer) : this.#out).write(bytes);
  }

  async sync(): Promise<number> {
    this.#isDurable = true;
    if (this.#packer) await this.#endMember();
    const { length } = this.#out;
    await this.#out.sync();
    return length;
  }

  async end(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      // nothing at all is no compressed text
      if (this.#packer && this.#out.length === 0) this.#open(this.#packer);
      await this.#endMember();
      await (this.#isDurable ? this.#out.sync() : this.#out.flush());
    } finally {
      await this.#out.close();
    }
  }

  #open(packer: () => import('node:stream').Transform): PackedMember {
    this.#member ??= new PackedMember(packer(), this.#before, this.#out);
    return this.#member;
  }

  #endMember(): Promise<void> {
    const member = this.#member;
    this.#member = null;
    if (member) this.#before = member.end();
    return this.#before;
  }
}
