import { DataError } from '../errors.ts';
import { type DataType, utf8 } from '../schema/data-type.ts';
import { ArrowId, type ArrowType, typeFromArrow } from './arrow-type.ts';
import { type Values, Vector } from './vector.ts';
import { arrayOf, vectorOf } from './vector-of.ts';

/** The buffers of one Arrow column on the heap, before any conversion. */
export interface ArrowBuffers {
  readonly length: number;
  /** Validity bits; null when no row is null. */
  readonly validity: Uint8Array | null;
  /** Bit at which `validity`, and `values` of bool, begin. */
  readonly bitOffset: number;
  /** Values, codes, bytes, or views of 16 bytes. */
  readonly values: ArrayBufferView | undefined;
  /** int32 or int64 offsets. */
  readonly offsets: ArrayBufferView | undefined;
  /** The buffers that long views point into. */
  readonly variadic: readonly Uint8Array[];
  /** The values of a dictionary-encoded column. */
  readonly dictionary: Vector | null;
}

/**
 * A vector over the buffers of an Arrow column: the buffers themselves where the layout is the same, else a conversion as
 * `typeFromArrow` tells.
 *
 * @throws DataError for buffers that contradict their type, and for texts of 2 GiB or more in one column
 */
export function vectorFromArrow(arrow: ArrowType, buffers: ArrowBuffers, column = ''): Vector {
  const type = typeFromArrow(arrow)!;
  const { length, bitOffset } = buffers;
  const validity = buffers.validity && bitsFrom(buffers.validity, bitOffset, length);
  if (arrow.index) return vectorFromCodes(type, arrow, buffers, validity);
  const of = (values: Values, offsets: Int32Array | null = null): Vector =>
    new Vector(type, length, { validity, values, offsets });
  switch (arrow.id) {
    case ArrowId.Null:
      return vectorOf(type, new Array(length));
    case ArrowId.Bool:
      return of(bitsFrom(bytesOf(buffers.values), bitOffset, length));
    case ArrowId.Utf8:
    case ArrowId.Binary:
      return of(bytesOf(buffers.values), offsetsOf(buffers));
    case ArrowId.LargeUtf8:
    case ArrowId.LargeBinary:
      return of(bytesOf(buffers.values), narrow(buffers, column));
    case ArrowId.Utf8View:
    case ArrowId.BinaryView: {
      const { values, offsets } = fromViews(buffers, column);
      return of(values, offsets);
    }
    case ArrowId.FixedSizeBinary:
      return of(
        bytesOf(buffers.values),
        Int32Array.from({ length: length + 1 }, (_, i) => i * arrow.byteWidth!),
      );
    case ArrowId.Decimal:
      return of(fromDecimals(arrow, buffers));
    case ArrowId.Float:
      if (arrow.precision === 0) return of(fromHalves(buffers));
  }
  return of(retyped(type, buffers.values, length));
}

const bytesOf = (view: ArrayBufferView | undefined): Uint8Array =>
  view ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : new Uint8Array(0);

type ArrayClass = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, at: number, length: number): any;
};

/** The first `length` elements of a buffer as another kind of array; a copy only when it is not aligned. */
function viewAs<T extends Values>(make: ArrayClass, view: ArrayBufferView | undefined, length: number): T {
  const bytes = bytesOf(view);
  const size = make.BYTES_PER_ELEMENT;
  if (bytes.length < length * size) {
    throw new DataError(`a buffer of ${bytes.length} bytes can't hold ${length} values of ${size} bytes`);
  }
  if (bytes.byteOffset % size === 0) return new make(bytes.buffer, bytes.byteOffset, length);
  const copy = bytes.slice(0, length * size);
  return new make(copy.buffer, copy.byteOffset, length);
}

const retyped = (type: DataType, view: ArrayBufferView | undefined, length: number): Values =>
  viewAs(arrayOf(type) as unknown as ArrayClass, view, length);

const offsetsOf = ({ offsets, length }: ArrowBuffers): Int32Array =>
  length === 0 ? new Int32Array(1) : viewAs<Int32Array>(Int32Array, offsets, length + 1);

function bitsFrom(bits: Uint8Array, offset: number, length: number): Uint8Array {
  if ((offset & 7) === 0) return bits.subarray(offset >> 3, (offset + length + 7) >> 3);
  const out = new Uint8Array((length + 7) >> 3);
  for (let i = 0; i < length; i++) {
    const at = offset + i;
    if ((bits[at >> 3]! >> (at & 7)) & 1) out[i >> 3]! |= 1 << (i & 7);
  }
  return out;
}

function narrow({ offsets, length }: ArrowBuffers, column: string): Int32Array {
  if (length === 0) return new Int32Array(1);
  const wide = viewAs<BigInt64Array>(BigInt64Array, offsets, length + 1);
  if (wide[length]! > 0x7fff_ffffn) throw new DataError('2 GiB of text or more in one batch', { column });
  return Int32Array.from(wide, Number);
}

/**
 * Views are 16 bytes: length, then either the bytes themselves (up to 12), or 4 bytes of prefix, buffer number and offset.
 */
function fromViews({ values, length, variadic, validity, bitOffset }: ArrowBuffers, column: string) {
  const views = viewAs<Int32Array>(Int32Array, values, length * 4);
  const inline = bytesOf(views);
  const present = validity && bitsFrom(validity, bitOffset, length);
  const offsets = new Int32Array(length + 1);
  const sizeAt = (row: number): number => (present && !((present[row >> 3]! >> (row & 7)) & 1) ? 0 : views[row * 4]!);
  let end = 0;
  for (let row = 0; row < length; row++) {
    const size = sizeAt(row);
    end += size;
    if (size < 0 || end > 0x7fff_ffff) throw new DataError('views of 2 GiB or more in one batch', { column });
    offsets[row + 1] = end;
  }
  const out = new Uint8Array(end);
  for (let row = 0; row < length; row++) {
    const size = sizeAt(row);
    if (size <= 12) out.set(inline.subarray(row * 16 + 4, row * 16 + 4 + size), offsets[row]!);
    else {
      const from = views[row * 4 + 3]!;
      const source = variadic[views[row * 4 + 2]!];
      if (!source || from < 0 || from + size > source.length) {
        throw new DataError(`the view in row ${row} points outside its buffers`, { column });
      }
      out.set(source.subarray(from, from + size), offsets[row]!);
    }
  }
  return { values: out, offsets };
}

/** Whole bits of 32, 64, 128 or 256, two's complement, low word first; divided by 10^scale. */
function fromDecimals({ bits = 128, scale = 0 }: ArrowType, { values, length }: ArrowBuffers): Float64Array {
  const words = bits / 32;
  const parts = viewAs<Uint32Array>(Uint32Array, values, length * words);
  const divisor = 10 ** scale;
  return Float64Array.from({ length }, (_, row) => {
    let big = 0n;
    for (let i = words - 1; i >= 0; i--) big = (big << 32n) | BigInt(parts[row * words + i]!);
    // one rounding to double, then one division: right to the last digit for up to 15 digits
    return Number(BigInt.asIntN(bits, big)) / divisor;
  });
}

function fromHalves({ values, length }: ArrowBuffers): Float32Array {
  const halves = viewAs<Uint16Array>(Uint16Array, values, length);
  return Float32Array.from(halves, half => {
    const sign = half >> 15 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
    return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24);
  });
}

const CODES: Readonly<Record<string, ArrayClass>> = /* @__PURE__ */ Object.freeze({
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
});

function vectorFromCodes(
  type: DataType,
  { index }: ArrowType,
  { values, length, dictionary }: ArrowBuffers,
  validity: Uint8Array | null,
): Vector {
  const { bits, signed } = index!;
  const raw = viewAs<Values>(CODES[`${signed ? 'i' : 'u'}${bits}`]!, values, length);
  const codes = raw instanceof Int32Array ? raw : Int32Array.from(raw as ArrayLike<number>, Number);
  const words = dictionary ?? vectorOf(utf8(), []);
  if (type.kind === 'dictionary') return new Vector(type, length, { validity, values: codes, dictionary: words });
  return vectorOf(
    type,
    Array.from(codes, (code, row) =>
      validity && !((validity[row >> 3]! >> (row & 7)) & 1) ? null : storedAt(words, code),
    ),
  );
}

/** What `vectorOf` takes for the value at `row`, exact also where `get` gives a Date. */
function storedAt(vector: Vector, row: number): unknown {
  if (!vector.isValid(row)) return null;
  return vector.type.kind === 'timestamp' || vector.type.kind === 'date32' ? vector.values[row] : vector.get(row);
}
