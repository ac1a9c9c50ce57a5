import { rawBatches } from '../codec/arrow-buffers.ts';
import { ArrowEncoder } from '../codec/arrow-encoder.ts';
import { joinBytes } from '../codec/join-bytes.ts';
import { Batch } from '../column/batch.ts';
import { Vector } from '../column/vector.ts';
import { DataError, StateError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import { packValue, unpackValue } from '../saved/value.ts';
import { binary, u32 } from '../schema/data-type.ts';
import { field, Schema } from '../schema/schema.ts';
import { Digest } from './digest.ts';

/** `millrace` in ASCII. */
const magic = /* @__PURE__ */ Object.freeze([0x6d, 0x69, 0x6c, 0x6c, 0x72, 0x61, 0x63, 0x65]);
const version = 1;
const headBytes = 16;
const hashBytes = 8;
/** Longer buffers are cut into rows of this size: no record batch comes near Arrow's 2 GiB. */
const mostRowBytes = 16 << 20;
/** Shorter buffers share a record batch: its message takes about 300 bytes. */
const smallBytes = 64 << 10;
const batchBytes = 1 << 20;

/** Part 0 is the manifest, JSON in UTF-8; part n the (n - 1)th buffer. A part may have several rows. */
const schema: Schema = /* @__PURE__ */ new Schema([
  /* @__PURE__ */ field('part', /* @__PURE__ */ u32(), false),
  /* @__PURE__ */ field('bytes', /* @__PURE__ */ binary(), false),
]);

/**
 * A value as the bytes of a checkpoint, piece by piece:
 *
 * ```
 * 0    8   "millrace"
 * 8    4   version, u32 little-endian
 * 12   4   zero
 * 16       an Arrow IPC stream of (part: u32, bytes: binary)
 * end  8   XXH64 of everything before, u64 little-endian
 * ```
 * Head and checksum stay what they are in all versions, so that damage is told from a version that is not known here.
 * Pieces may be views of the value's own typed arrays: take each before the value changes.
 *
 * @throws StateError when the value holds what can't be saved; see `packValue`
 */
export function* checkpointPieces(value: unknown, memory: Memory): Generator<Uint8Array, void, undefined> {
  const { json, buffers } = packValue(value);
  const digest = new Digest(memory);
  try {
    for (const piece of unsigned(json, buffers)) {
      digest.update(piece);
      yield piece;
    }
    const tail = new Uint8Array(hashBytes);
    new DataView(tail.buffer).setBigUint64(0, digest.finish(), true);
    yield tail;
  } finally {
    digest.dispose();
  }
}

/** A value as the bytes of a checkpoint, in one piece. */
export function writeCheckpoint(value: unknown, memory: Memory): Uint8Array {
  return joinBytes([...checkpointPieces(value, memory)]);
}

/**
 * The value that a checkpoint holds.
 *
 * @throws DataError when the bytes are no checkpoint, or damaged
 * @throws StateError when they are of another version
 */
export function readCheckpoint(bytes: Uint8Array, memory: Memory): unknown {
  check(bytes, memory);
  try {
    const [manifest, ...buffers] = partsOf(bytes.subarray(headBytes, bytes.length - hashBytes));
    return unpackValue(JSON.parse(new TextDecoder().decode(manifest)), buffers);
  } catch (cause) {
    // The checksum is right, so it was written so.
    if (!(cause instanceof DataError || cause instanceof SyntaxError || cause instanceof RangeError)) throw cause;
    throw new DataError(`restore: this checkpoint holds no state: ${cause.message}`, {}, { cause });
  }
}

function check(bytes: Uint8Array, memory: Memory): void {
  if (!(bytes instanceof Uint8Array)) {
    throw new DataError(`restore: ${typeof bytes} is no checkpoint; give the bytes that checkpoint() made`);
  }
  if (bytes.length < headBytes + hashBytes || magic.some((byte, at) => bytes[at] !== byte)) {
    throw new DataError(`restore: these ${bytes.length} bytes are no checkpoint; give what checkpoint() made`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const digest = new Digest(memory);
  digest.update(bytes.subarray(0, bytes.length - hashBytes));
  if (digest.finish() !== view.getBigUint64(bytes.length - hashBytes, true)) {
    throw new DataError(
      `restore: this checkpoint is damaged: the checksum of its ${bytes.length} bytes is wrong; take an older one`,
    );
  }
  const found = view.getUint32(8, true);
  if (found === version) return;
  throw new StateError(
    `restore: this checkpoint has version ${found}, and this millrace reads version ${version}; use the one that wrote it`,
  );
}

function* unsigned(json: unknown, buffers: readonly Uint8Array[]): Generator<Uint8Array> {
  const head = new Uint8Array(headBytes);
  head.set(magic);
  new DataView(head.buffer).setUint32(8, version, true);
  yield head;
  const encoder = new ArrowEncoder(schema, false);
  for (const rows of batchesOf([new TextEncoder().encode(JSON.stringify(json)), ...buffers]))
    yield encoder.encode(rows);
  yield encoder.end();
}

/** Parts as rows: long ones cut and by themselves, so that they need not be copied; short ones together. */
function* batchesOf(parts: readonly Uint8Array[]): Generator<Batch> {
  let numbers: number[] = [];
  let short: Uint8Array[] = [];
  let bytes = 0;
  for (const [number, part] of parts.entries()) {
    if (part.length > smallBytes) {
      for (let at = 0; at < part.length; at += mostRowBytes) {
        const row = part.subarray(at, Math.min(part.length, at + mostRowBytes));
        yield batchOf([number], row, [0, row.length]);
      }
      continue;
    }
    numbers.push(number);
    short.push(part);
    bytes += part.length;
    if (bytes < batchBytes) continue;
    yield together(numbers, short);
    [numbers, short, bytes] = [[], [], 0];
  }
  if (numbers.length > 0) yield together(numbers, short);
}

function together(numbers: readonly number[], parts: readonly Uint8Array[]): Batch {
  let end = 0;
  return batchOf(numbers, joinBytes(parts), [0, ...parts.map(part => (end += part.length))]);
}

const batchOf = (numbers: readonly number[], values: Uint8Array, offsets: readonly number[]): Batch =>
  new Batch(
    schema,
    [
      new Vector(u32(), numbers.length, { values: Uint32Array.from(numbers) }),
      new Vector(binary(), numbers.length, { values, offsets: Int32Array.from(offsets) }),
    ],
    numbers.length,
  );

function partsOf(stream: Uint8Array): Uint8Array[] {
  const rows: Uint8Array[][] = [];
  for (const { length, buffers } of rawBatches(stream)) {
    const [, parts, , ends, bytes] = buffers.map(buffer => buffer.slice());
    const numbers = new Uint32Array(parts!.buffer, 0, length);
    const offsets = new Int32Array(ends!.buffer, 0, length + 1);
    for (const [row, number] of numbers.entries()) {
      (rows[number] ??= []).push(bytes!.subarray(offsets[row]!, offsets[row + 1]!));
    }
  }
  return Array.from(rows, pieces => (pieces?.length === 1 ? pieces[0]! : joinBytes(pieces ?? [])));
}
