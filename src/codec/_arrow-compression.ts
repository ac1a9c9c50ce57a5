import { decompress as unzstd } from 'fzstd';
import { copyOut } from '../column/_copy.ts';
import { DataError } from '../errors.ts';
import { columnRoom } from '../kernel/column.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';

// 0 is LZ4_FRAME
const ZSTD = 1;
const LZ4_MAGIC = 0x184d_2204;
// LZ4 can't pack more than 255 bytes into one. ZSTD can repeat a block of 128 KiB with 4 bytes.
const MOST = /* @__PURE__ */ Object.freeze([255, 32_768]);

/**
 * Decompresses one buffer of an IPC body: int64 plain length (-1: stored as it is), then an LZ4 or ZSTD frame.
 *
 * @throws DataError when the frame is damaged, or claims more than its bytes can hold
 */
export function inflateBuffer(
  codec: number,
  memory: Memory,
  scratch: Scratch,
  from: number,
  bytes: number,
): { address: number; bytes: number } {
  if (bytes < 8) throw new DataError(`a compressed buffer of ${bytes} bytes has no length`);
  const view = new DataView(memory.wasm.buffer, from, 8);
  const length = view.getBigInt64(0, true);
  if (length === -1n) return { address: from + 8, bytes: bytes - 8 };
  const most = MOST[codec];
  if (most === undefined) throw new DataError(`compression ${codec} is neither LZ4 nor ZSTD`);
  if (length < 0n || length > BigInt((bytes + 64) * most) || length > 0x7fff_ffffn) {
    throw new DataError(`a compressed buffer of ${bytes} bytes claims to hold ${length}`);
  }
  const plain = Number(length);
  if (codec === ZSTD) return inflateZstd(memory, scratch, from + 8, bytes - 8, plain);
  const target = scratch.take(plain);
  const done = lz4Frame(memory, from + 8, bytes - 8, target, plain);
  if (done !== plain) throw new DataError(`an LZ4 frame holds ${done} bytes, not ${plain}`);
  return { address: target, bytes: plain };
}

function inflateZstd(memory: Memory, scratch: Scratch, from: number, bytes: number, plain: number) {
  let out: Uint8Array;
  try {
    out = unzstd(copyOut(memory.u8, from, bytes));
  } catch (cause) {
    throw new DataError('a ZSTD frame is damaged', {}, { cause });
  }
  if (out.length !== plain) throw new DataError(`a ZSTD frame holds ${out.length} bytes, not ${plain}`);
  const address = scratch.take(plain);
  memory.write(out, address);
  return { address, bytes: plain };
}

/**
 * Decompresses an LZ4 frame; gives the bytes written. Blocks may be linked, so a block's decoder is told where the frame began: the
 * libraries on npm that are maintained decode blocks one by one only.
 *
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */
function lz4Frame(memory: Memory, from: number, bytes: number, target: number, room: number): number {
  const view = new DataView(memory.wasm.buffer, from, bytes);
  const damaged = (): DataError => new DataError('an LZ4 frame is damaged');
  if (bytes < 7 || view.getUint32(0, true) !== LZ4_MAGIC) throw damaged();
  const flags = view.getUint8(4);
  const hasBlockSum = (flags >> 4) & 1;
  // magic, flags, block size, [content size], [dictionary], checksum
  let at = 6 + ((flags >> 3) & 1) * 8 + (flags & 1) * 4 + 1;
  let end = 0;
  for (;;) {
    if (at + 4 > bytes) throw damaged();
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) return end;
    const stored = size >>> 31 === 1;
    const length = size & 0x7fff_ffff;
    if (at + length > bytes) throw damaged();
    if (stored) {
      if (end + length > room) throw damaged();
      memory.bulk.copy(target + end, from + at, length);
      end += length;
    } else {
      const written = columnRoom(memory).lz4Block(from + at, length, target, target + end, target + room);
      if (written < 0) throw damaged();
      end += written;
    }
    at += length + hasBlockSum * 4;
  }
}
