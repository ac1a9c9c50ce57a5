import type { Decoder, DecoderPosition } from '../codec/codec.ts';
import { decompress } from '../codec/compression.ts';
import { StateError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import { type ByteSource, skipTo } from '../transport/byte-source.ts';
import { type FileOptions, movedFile, openFile } from '../transport/file.ts';
import { fileFormat } from '../transport/file-format.ts';
import { type FileFacts, factsOf } from './files-position.ts';

/** The plain text of a file whose name may say that it is compressed. */
export function plainText(stored: ByteSource, path: string, signal: AbortSignal | undefined): ByteSource {
  const { compression } = fileFormat(path);
  return compression ? decompress(stored, compression, { signal }) : stored;
}

export interface Reopened {
  readonly stored: ByteSource;
  /** Where to go on; undefined: at the beginning. */
  readonly at: DecoderPosition | undefined;
}

/**
 * The file that a checkpoint was reading. A followed one may have been renamed since: then it is read to its end first. Or emptied: then it
 * is read from the beginning.
 *
 * @throws StateError when it is another file now
 * @throws TransportError when it can't be opened
 */
export async function reopen(
  file: FileFacts,
  at: DecoderPosition,
  memory: Memory,
  options: Pick<FileOptions, 'follow' | 'signal'>,
): Promise<Reopened> {
  const { path, id } = file;
  const least = fileFormat(path).compression === null ? at.bytes : 0;
  const opened = await openFile(path, options).catch(error => {
    if (options.follow) return null; // it was renamed, and the new one is not there yet
    throw error;
  });
  const same = opened !== null && (await isSame(opened, file, least, memory));
  if (same && opened.file!.id === id) return { stored: opened, at };
  // A new file may begin as the old one did, with the same header: the one that was renamed goes before.
  const movedTo = options.follow && id !== undefined ? await movedFile(path, id) : null;
  const moved = movedTo === null ? null : await openFile(path, { ...options, movedTo });
  if (moved !== null && (await isSame(moved, file, least, memory))) {
    await opened?.close();
    return { stored: moved, at };
  }
  await moved?.close();
  if (same) return { stored: opened, at };
  if (options.follow && opened?.file?.id === id) return { stored: opened!, at: undefined };
  await opened?.close();
  throw new StateError(
    `run: ${path} is not the file that the checkpoint was made of, and that one is not in its folder; put it back, or begin anew`,
  );
}

/** Writes to a resumed decoder what it must know, and leaves the source where it goes on. @throws StateError when there are not so many bytes */
export async function goOn(
  source: ByteSource,
  decoder: Decoder,
  { before = [], bytes }: DecoderPosition,
): Promise<void> {
  for (const [from, to] of before) {
    let left = (await skipTo(source, from)) ? to - from : 0;
    for (let read = -1; left > 0 && read !== 0; left -= read) {
      read = await source.read(decoder.reserve(left).subarray(0, left));
      decoder.commit(read);
    }
  }
  if (await skipTo(source, bytes)) return;
  throw new StateError(
    `run: ${source.name} ends before byte ${bytes}, where the checkpoint was made; put back the file that it was`,
  );
}

/** Whether the file begins as it did, and goes on to where it was read. */
async function isSame(source: ByteSource, saved: FileFacts, bytes: number, memory: Memory): Promise<boolean> {
  const { file, storedBytes } = source;
  if (!file || storedBytes! < bytes) return false;
  const head = await file.readHead(saved.bytes);
  return head.length === saved.bytes && factsOf(saved.path, head, memory).checksum === saved.checksum;
}
