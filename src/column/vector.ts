import { type DataType, type Timestamp, typeText, type ValueOf } from '../schema/data-type.ts';
import { shownClass } from '../shown.ts';

export type Values =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** The buffers of one column, in Arrow's layout. */
export interface VectorBuffers {
  /** Arrow validity bits, least significant first, 1 = present; null when every cell is present. */
  readonly validity?: Uint8Array | null;
  /** Values; bits for bool; bytes for utf8 and binary; int32 codes for dictionary. */
  readonly values: Values;
  /** `length + 1` offsets into `values`, for utf8 and binary. */
  readonly offsets?: Int32Array | null;
  /** The distinct values, for dictionary. */
  readonly dictionary?: Vector<any> | null;
}

const decoder = /* @__PURE__ */ new TextDecoder();

/** `console.log` shows the first cells. */
const ShownCells = /* @__PURE__ */ shownClass((vector: Vector) => {
  const cells = Array.from({ length: Math.min(vector.length, 10) }, (_, row) => cellShown(vector.get(row)));
  return `${vector} [${cells.join(', ')}${vector.length > cells.length ? ', …' : ''}]`;
});

function cellShown(cell: unknown): string {
  if (cell instanceof Date) return cell.toISOString();
  return typeof cell === 'string' ? JSON.stringify(cell) : String(cell);
}

/**
 * One column of a `Batch`, on the JavaScript heap: immutable, safe to keep for ever.
 *
 * `values` and `validity` are the Arrow buffers themselves; `get` and iteration give JavaScript values (`ValueOf<T>`) or null.
 */
export class Vector<T extends DataType = DataType> extends ShownCells implements Iterable<ValueOf<T> | null> {
  readonly type: T;
  readonly length: number;
  readonly validity: Uint8Array | null;
  readonly values: Values;
  readonly offsets: Int32Array | null;
  readonly dictionary: Vector | null;
  /** Made on the first `get`: most vectors of a result are never read cell by cell. */
  #read: ((row: number) => unknown) | null = null;

  constructor(type: T, length: number, buffers: VectorBuffers) {
    super();
    this.type = type;
    this.length = length;
    this.values = buffers.values;
    this.validity = buffers.validity ?? null;
    this.offsets = buffers.offsets ?? null;
    this.dictionary = buffers.dictionary ?? null;
  }

  /** The value at `row`, or null. Rows outside [0, length) give null. */
  get(row: number): ValueOf<T> | null {
    if (!this.isValid(row)) return null;
    this.#read ??= readerOf(this);
    return this.#read(row) as ValueOf<T>;
  }

  /** Whether there is a value at `row`. */
  isValid(row: number): boolean {
    if (row < 0 || row >= this.length) return false;
    return this.validity === null || ((this.validity[row >> 3]! >> (row & 7)) & 1) === 1;
  }

  /** Number of cells without a value. */
  get nullCount(): number {
    if (this.validity === null) return 0;
    let count = 0;
    for (let row = 0; row < this.length; row++) if (!this.isValid(row)) count++;
    return count;
  }

  *[Symbol.iterator](): IterableIterator<ValueOf<T> | null> {
    for (let row = 0; row < this.length; row++) yield this.get(row);
  }

  toArray(): (ValueOf<T> | null)[] {
    return Array.from({ length: this.length }, (_, row) => this.get(row));
  }

  override toString(): string {
    return `Vector<${typeText(this.type)}>(${this.length})`;
  }
}

function readerOf(vector: Vector): (row: number) => unknown {
  const { type, values, offsets, dictionary } = vector;
  switch (type.kind) {
    case 'bool':
      return row => (((values as Uint8Array)[row >> 3]! >> (row & 7)) & 1) === 1;
    case 'utf8':
      return row => decoder.decode((values as Uint8Array).subarray(offsets![row]!, offsets![row + 1]!));
    case 'binary':
      return row => (values as Uint8Array).subarray(offsets![row]!, offsets![row + 1]!);
    case 'dictionary':
      return row => dictionaryValues(dictionary as Vector)[values[row] as number];
    case 'date32':
      return row => new Date((values[row] as number) * 86_400_000);
    case 'timestamp':
      return timestampReader(type, values as BigInt64Array);
    default:
      return row => values[row];
  }
}

function timestampReader({ unit }: Timestamp, values: BigInt64Array): (row: number) => unknown {
  if (unit === 's') return row => new Date(Number(values[row]!) * 1000);
  if (unit === 'ms') return row => new Date(Number(values[row]!));
  return row => values[row];
}

const decoded = /* @__PURE__ */ new WeakMap<Vector, (string | null)[]>();

/** The strings of a dictionary, decoded once. */
function dictionaryValues(dictionary: Vector): (string | null)[] {
  let strings = decoded.get(dictionary);
  if (!strings) {
    strings = dictionary.toArray() as (string | null)[];
    decoded.set(dictionary, strings);
  }
  return strings;
}
