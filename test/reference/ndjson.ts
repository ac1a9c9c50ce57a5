// Text of cells, the plain way: what encoders write, and what decoders must read back.
import type { Batch } from '../../src/column/batch.ts';
import type { Vector } from '../../src/column/vector.ts';
import { type DataType, TICKS_PER_SECOND } from '../../src/schema/data-type.ts';

/** The stored value of a cell (ticks, days, numbers), a string, bytes, or null. */
export function storedCell(vector: Vector<any>, row: number): unknown {
  if (!vector.isValid(row)) return null;
  if (vector.type.kind === 'timestamp' || vector.type.kind === 'date32') return vector.values[row];
  return vector.get(row);
}

const pad = (value: number | bigint, width: number): string => String(value).padStart(width, '0');
const floorDiv = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b;

/** ISO 8601 with the unit's digits; undefined when the year has no four digits. */
export function plainInstant(ticks: bigint, type: DataType & { kind: 'timestamp' }): string | undefined {
  const perSecond = BigInt(TICKS_PER_SECOND[type.unit]);
  const seconds = floorDiv(ticks, perSecond);
  if (seconds < -62_167_219_200n || seconds > 253_402_300_799n) return undefined;
  const fraction = ticks - seconds * perSecond;
  const digits = { s: 3, ms: 3, us: 6, ns: 9 }[type.unit];
  const second = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${second}.${pad(type.unit === 's' ? 0 : fraction, digits)}Z`;
}

export function plainDay(days: number): string | undefined {
  if (days < -719_528 || days > 2_932_896) return undefined;
  return new Date(days * 86_400_000).toISOString().slice(0, 10);
}

/** The cell as JSON text. */
export function plainJson(vector: Vector<any>, row: number): string {
  const cell = storedCell(vector, row);
  if (cell === null) return 'null';
  const type = vector.type as DataType;
  switch (type.kind) {
    case 'timestamp': {
      const text = plainInstant(cell as bigint, type);
      return text === undefined ? String(cell) : `"${text}"`;
    }
    case 'date32': {
      const text = plainDay(cell as number);
      return text === undefined ? String(cell) : `"${text}"`;
    }
    case 'binary':
      return JSON.stringify(Buffer.from(cell as Uint8Array).toString('base64'));
    case 'int64':
    case 'uint64':
      return String(cell);
    default:
      return JSON.stringify(cell);
  }
}

/** A batch as NDJSON. */
export const plainNdjson = (batch: Batch): string =>
  Array.from({ length: batch.length }, (_, row) => {
    const pairs = batch.schema.names.map((name, i) => `${JSON.stringify(name)}:${plainJson(batch.vectors[i]!, row)}`);
    return `{${pairs.join(',')}}\n`;
  }).join('');

/** The cells of batches of one schema, as stored, row by row. */
export const storedRows = (batches: readonly Batch[]): unknown[][] =>
  batches.flatMap(batch =>
    Array.from({ length: batch.length }, (_, row) => batch.vectors.map(vector => storedCell(vector, row))),
  );
