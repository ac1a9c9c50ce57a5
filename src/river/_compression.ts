import { DataError, StreamReaderException } from '../errors.ts';
import { riverRoom } from '../kernel/river.ts';
import { defaultMemory, type Memory } from '../memory/memory.ts';

/** How a stream's batches are compressed: the JSON in its metadata. */
export interface Compression {
  readonly name: string;
  readonly params: Readonly<Record<string, string>>;
}

export const uncompressed: Compression = /* @__PURE__ */ Object.freeze({
  name: 'UNCOMPRESSED',
  params: Object.freeze({}),
});

/** Packed samples of a compressed batch. @throws StreamReaderException when it is damaged */
export type Decompress = (block: Uint8Array) => Uint8Array;

/** Numbers of the element types in the kernel, and their bytes. */
const elements: Readonly<Record<string, readonly [kind: number, bytes: number]>> = /* @__PURE__ */ Object.freeze({
  int32: [1, 4],
  int64: [2, 8],
  float: [3, 4],
  double: [4, 8],
  int16: [5, 2],
});

const workBytes = 512;

/** @throws DataError when the text can't be read */
export function compressionOf(text: string | undefined): Compression {
  if (text === undefined) return uncompressed;
  try {
    const { name, params = {} } = JSON.parse(text) as Partial<Compression>;
    if (typeof name === 'string') return { name, params };
  } catch {
    // told below
  }
  throw new DataError(`the compression parameters can't be read: ${text.slice(0, 80)}`);
}

/**
 * What undoes a compression, or null when there is none.
 *
 * @throws StreamReaderException for a compression that is unknown, or whose parameters don't fit samples of `sampleSize` bytes
 */
export function decompressor({ name, params }: Compression, sampleSize: number, memory?: Memory): Decompress | null {
  if (name === 'UNCOMPRESSED') return null;
  if (name === 'DUMMY') return block => block;
  if (name !== 'ZFP_LOSSLESS' && name !== 'ZFP_LOSSY') {
    throw new StreamReaderException(`initialize: the stream is compressed with ${name}, which millrace can't undo`);
  }
  const [kind, bytes] = elements[params.data_type ?? ''] ?? [0, 0];
  const columns = sampleSize / bytes;
  if (kind === 0 || !Number.isInteger(columns)) {
    throw new StreamReaderException(
      `initialize: ${name} of ${params.data_type} does not make samples of ${sampleSize} bytes`,
    );
  }
  return block => decodeZfp(block, kind, columns, bytes, memory ?? defaultMemory());
}

const problems: Readonly<Record<number, string>> = /* @__PURE__ */ Object.freeze({
  [-1]: 'is no ZFP stream',
  [-2]: 'has values of another type or number than the metadata says',
  [-3]: 'ends too soon',
});

function decodeZfp(block: Uint8Array, kind: number, columns: number, bytes: number, memory: Memory): Uint8Array {
  const rows = rowsOf(block);
  // Each 4 × 4 values take a bit at least: a header that promises more is damage.
  if (rows > block.length * 32) throw damaged(-3);
  const [from, to] = [memory.allocate(block.length, 'river'), memory.allocate(rows * columns * bytes, 'river')];
  const work = memory.allocate(workBytes, 'river');
  try {
    memory.write(block, from);
    const decoded = riverRoom(memory).decodeZfp(from, block.length, kind, columns, rows, to, work);
    if (decoded < 0) throw damaged(decoded);
    return memory.u8.slice(to, to + rows * columns * bytes);
  } finally {
    for (const address of [from, to, work]) memory.free(address);
  }
}

/** The second extent in the header: 24 bits from bit 60 on. */
const rowsOf = (block: Uint8Array): number =>
  block.length < 12 ? 1 : ((block[7]! >> 4) | (block[8]! << 4) | (block[9]! << 12) | ((block[10]! & 15) << 20)) + 1;

const damaged = (status: number): StreamReaderException =>
  new StreamReaderException(`read: a compressed batch ${problems[status] ?? 'is damaged'}`);
