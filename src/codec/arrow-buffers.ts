import { DataError } from '../errors.ts';
import { RECORD_BATCH } from './_arrow-schema.ts';
import { FlatReader } from './_flat.ts';

/** A record batch as it lies in its stream. */
export interface RawBatch {
  readonly length: number;
  /** In the order of the columns: validity (empty: all present), offsets if there are any, values. */
  readonly buffers: readonly Uint8Array[];
}

/**
 * The record batches of an Arrow IPC stream that is here as a whole, uncompressed, for readers who know its columns. Nothing is copied.
 *
 * @throws DataError when the stream is damaged
 */
export function* rawBatches(stream: Uint8Array): Generator<RawBatch, void, undefined> {
  const { buffer, byteOffset, byteLength } = stream;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength); // a Buffer has another slice()
  const view = new DataView(buffer, byteOffset, byteLength);
  const flat = new FlatReader();
  for (let at = 0; at + 8 <= byteLength; ) {
    const metadata = view.getInt32(at + 4, true);
    if (metadata === 0) return;
    const body = at + 8 + metadata;
    if (view.getInt32(at, true) !== -1 || metadata < 8 || body > byteLength) throw damaged(at);
    const root = flat.open(buffer, byteOffset + at + 8, byteOffset + body);
    const bodyAt = flat.field(root, 3);
    const end = body + (bodyAt ? flat.size(bodyAt) : 0);
    if (end > byteLength) throw damaged(at);
    const kind = flat.field(root, 1);
    if (kind !== 0 && flat.u8(kind) === RECORD_BATCH) {
      yield rawBatch(flat, flat.reference(root, 2), bytes.subarray(body, end));
    }
    at = end;
  }
  throw new DataError('the stream has no end', { byteOffset: byteLength });
}

function rawBatch(flat: FlatReader, table: number, body: Uint8Array): RawBatch {
  const lengthAt = flat.field(table, 0);
  const list = flat.reference(table, 2);
  const buffers = Array.from({ length: flat.count(list, 16) }, (_, i) => {
    const at = list + 4 + i * 16;
    const from = flat.size(at);
    return body.subarray(from, from + flat.size(at + 8));
  });
  return { length: lengthAt ? flat.size(lengthAt) : 0, buffers };
}

const damaged = (byteOffset: number): DataError =>
  new DataError('this is no message of an Arrow stream', { byteOffset });
