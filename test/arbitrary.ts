// Arbitraries that aim at the edges: no rows, all null, NaN, -0, infinities, lengths around whole bytes, words and vectors.
import fc from 'fast-check';
import { Batch } from '../src/column/batch.ts';
import { Vector, type VectorBuffers } from '../src/column/vector.ts';
import {
  binary,
  bool,
  type DataType,
  date32,
  dictionary,
  f32,
  f64,
  i8,
  i16,
  i32,
  i64,
  timestamp,
  u8,
  u16,
  u32,
  u64,
  utf8,
} from '../src/schema/data-type.ts';
import { type Columns, type Schema, schemaOf } from '../src/schema/schema.ts';

/** Numbers and bools. */
export const numberTypes: readonly DataType[] = [
  bool(),
  i8(),
  i16(),
  i32(),
  i64(),
  u8(),
  u16(),
  u32(),
  u64(),
  f32(),
  f64(),
];

/** Every type a column can have. */
export const allTypes: readonly DataType[] = [
  ...numberTypes,
  utf8(),
  binary(),
  dictionary(),
  date32(),
  timestamp('s'),
  timestamp('ms'),
  timestamp('us', 'Europe/Oslo'),
  timestamp('ns'),
];

export const arbitraryType = (): fc.Arbitrary<DataType> => fc.constantFrom(...allTypes);

/** Row counts: small ones, and those around 8, 16, 64. */
export const arbitraryLength = (): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65), fc.nat(130));

/** A schema of one to `most` columns `c0`, `c1`, … */
export const arbitrarySchema = (most = 4, types: readonly DataType[] = allTypes): fc.Arbitrary<Schema> =>
  fc
    .array(fc.constantFrom(...types), { minLength: 1, maxLength: most })
    .map(list => schemaOf(Object.fromEntries(list.map((type, i) => [`c${i}`, type]))));

const texts = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom('', 'a', 'null', 'NaN', '"quoted", text', 'line\nbreak', 'sixteen bytes ab', 'ø€😀', ' x '),
    fc.string({ minLength: 15, maxLength: 70 }),
  );

const integers = (min: number, max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(min, max, 0, 1), fc.integer({ min, max }), fc.integer({ min: 0, max: 3 }));

const bigs = (min: bigint, max: bigint): fc.Arbitrary<bigint> =>
  fc.oneof(fc.constantFrom(min, max, 0n, 1n), fc.bigInt({ min, max }), fc.bigInt({ min: 0n, max: 3n }));

const floats = (type: 'float32' | 'float64'): fc.Arbitrary<number> => {
  const edges = fc.constantFrom(0, -0, Number.NaN, Infinity, -Infinity, 1, -1.5);
  return type === 'float32' ? fc.oneof(edges, fc.float()) : fc.oneof(edges, fc.double());
};

// Dates that a JavaScript Date can hold, so that reading is exact.
const MAX_MS = 8_640_000_000_000_000n;

/** The stored value of a cell: what lies in the values buffer, a string, or bytes. */
export function arbitraryStored(type: DataType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'bool':
      return fc.boolean();
    case 'int8':
      return integers(-128, 127);
    case 'int16':
      return integers(-32768, 32767);
    case 'int32':
      return integers(-2147483648, 2147483647);
    case 'uint8':
      return integers(0, 255);
    case 'uint16':
      return integers(0, 65535);
    case 'uint32':
      return integers(0, 4294967295);
    case 'int64':
      return bigs(-(2n ** 63n), 2n ** 63n - 1n);
    case 'uint64':
      return bigs(0n, 2n ** 64n - 1n);
    case 'float32':
    case 'float64':
      return floats(type.kind);
    case 'utf8':
    case 'dictionary':
      return texts();
    case 'binary':
      return fc.uint8Array({ maxLength: 20 });
    case 'date32':
      return integers(-100_000_00, 100_000_00);
    case 'timestamp': {
      if (type.unit === 's') return bigs(-MAX_MS / 1000n, MAX_MS / 1000n);
      if (type.unit === 'ms') return bigs(-MAX_MS, MAX_MS);
      return bigs(-(2n ** 63n), 2n ** 63n - 1n);
    }
  }
}

const ARRAYS = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
  date32: Int32Array,
  timestamp: BigInt64Array,
} as const;

/** A vector from stored values (see `arbitraryStored`), null where there is none. The plain way: one cell at a time. */
export function plainVector(type: DataType, cells: readonly unknown[]): Vector {
  const { length } = cells;
  const validity = new Uint8Array((length + 7) >> 3);
  for (const [row, cell] of cells.entries()) if (cell !== null) validity[row >> 3]! |= 1 << (row & 7);
  const buffers = { ...plainBuffers(type, cells), validity: cells.includes(null) ? validity : null };
  return new Vector(type, length, buffers);
}

function plainBuffers(type: DataType, cells: readonly unknown[]): VectorBuffers {
  switch (type.kind) {
    case 'bool': {
      const values = new Uint8Array((cells.length + 7) >> 3);
      for (const [row, cell] of cells.entries()) if (cell === true) values[row >> 3]! |= 1 << (row & 7);
      return { values };
    }
    case 'utf8':
    case 'binary': {
      const parts = cells.map(cell =>
        cell === null
          ? new Uint8Array(0)
          : cell instanceof Uint8Array
            ? cell
            : new TextEncoder().encode(cell as string),
      );
      const offsets = new Int32Array(cells.length + 1);
      for (const [row, part] of parts.entries()) offsets[row + 1] = offsets[row]! + part.length;
      const values = new Uint8Array(offsets[cells.length]!);
      for (const [row, part] of parts.entries()) values.set(part, offsets[row]!);
      return { values, offsets };
    }
    case 'dictionary': {
      const distinct: unknown[] = [...new Set(cells.filter(cell => cell !== null))];
      return {
        values: Int32Array.from(cells, cell => Math.max(distinct.indexOf(cell), 0)),
        dictionary: plainVector(utf8(), distinct),
      };
    }
    case 'int64':
    case 'uint64':
    case 'timestamp':
      return { values: ARRAYS[type.kind].from(cells.map(cell => (cell ?? 0n) as bigint)) };
    default:
      return { values: ARRAYS[type.kind].from(cells.map(cell => (cell ?? 0) as number)) };
  }
}

/** Cells of a column: no nulls, some, or nothing else. */
export const arbitraryCells = (type: DataType, length: number): fc.Arbitrary<unknown[]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.array(arbitraryStored(type), { minLength: length, maxLength: length }) },
    {
      weight: 3,
      arbitrary: fc.array(fc.option(arbitraryStored(type), { freq: 3 }), { minLength: length, maxLength: length }),
    },
    { weight: 1, arbitrary: fc.constant(new Array<unknown>(length).fill(null)) },
  );

export const arbitraryVector = (type: DataType, length: number): fc.Arbitrary<Vector> =>
  arbitraryCells(type, length).map(cells => plainVector(type, cells));

/** A batch of this schema; of any number of rows unless `length` is given. */
export const arbitraryBatch = <C extends Columns>(schema: Schema<C> | C, length?: number): fc.Arbitrary<Batch<C>> =>
  (length === undefined ? arbitraryLength() : fc.constant(length)).chain(rows =>
    fc
      .tuple(...schemaOf(schema).fields.map(({ type }) => arbitraryVector(type, rows)))
      .map(vectors => new Batch(schema, vectors, rows)),
  );

/** A batch of any schema. */
export const arbitraryAnyBatch = (types: readonly DataType[] = allTypes): fc.Arbitrary<Batch> =>
  arbitrarySchema(4, types).chain(schema => arbitraryBatch(schema));
