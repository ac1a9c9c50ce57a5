// CSV after RFC 4180, the plain way.
import type { Batch } from '../../src/column/batch.ts';
import type { Vector } from '../../src/column/vector.ts';
import { plainDay, plainInstant, storedCell } from './ndjson.ts';

/** The cell as a CSV field that is always quoted when it may be, so that only nulls are bare and empty. */
export function plainField(vector: Vector<any>, row: number, delimiter = ','): string {
  const cell = storedCell(vector, row);
  if (cell === null) return '';
  const { type } = vector;
  switch (type.kind) {
    case 'timestamp':
      return plainInstant(cell as bigint, type) ?? String(cell);
    case 'date32':
      return plainDay(cell as number) ?? String(cell);
    case 'binary':
      return `"${Buffer.from(cell as Uint8Array).toString('base64')}"`;
    case 'utf8':
    case 'dictionary': {
      const text = cell as string;
      const special = text === '' || [delimiter, '"', '\n', '\r'].some(char => text.includes(char));
      return special ? `"${text.replaceAll('"', '""')}"` : text;
    }
    default:
      return Object.is(cell, -0) ? '-0' : String(cell);
  }
}

/** A batch as CSV with a header. */
export function plainCsv(batch: Batch, delimiter = ',', newline = '\n'): string {
  const lines = [batch.schema.names.join(delimiter)];
  for (let row = 0; row < batch.length; row++) {
    lines.push(batch.vectors.map(vector => plainField(vector, row, delimiter)).join(delimiter));
  }
  return lines.map(line => line + newline).join('');
}
