import type { FieldDefinition } from '../../src/codec/river-schema.ts';

/** A cell as it stands in a sample: a number, a bigint for INT64, or bytes of the field's width. */
export type RiverCell = number | bigint | Uint8Array;

/** River's packed rows, one DataView call a cell. */
export function packReference(fields: readonly FieldDefinition[], rows: readonly (readonly RiverCell[])[]): Uint8Array {
  const stride = fields.reduce((sum, { size }) => sum + size, 0);
  const bytes = new Uint8Array(rows.length * stride);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const row of rows) {
    for (const [i, { type, size }] of fields.entries()) {
      const cell = row[i]!;
      if (type === 'DOUBLE') view.setFloat64(at, cell as number, true);
      else if (type === 'FLOAT') view.setFloat32(at, cell as number, true);
      else if (type === 'INT16') view.setInt16(at, cell as number, true);
      else if (type === 'INT32') view.setInt32(at, cell as number, true);
      else if (type === 'INT64') view.setBigInt64(at, cell as bigint, true);
      else bytes.set(cell as Uint8Array, at);
      at += size;
    }
  }
  return bytes;
}

export function unpackReference(fields: readonly FieldDefinition[], bytes: Uint8Array): RiverCell[][] {
  const stride = fields.reduce((sum, { size }) => sum + size, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows: RiverCell[][] = [];
  for (let start = 0; start + stride <= bytes.length; start += stride) {
    let at = start;
    rows.push(
      fields.map(({ type, size }) => {
        const from = at;
        at += size;
        if (type === 'DOUBLE') return view.getFloat64(from, true);
        if (type === 'FLOAT') return view.getFloat32(from, true);
        if (type === 'INT16') return view.getInt16(from, true);
        if (type === 'INT32') return view.getInt32(from, true);
        if (type === 'INT64') return view.getBigInt64(from, true);
        return bytes.slice(from, from + size);
      }),
    );
  }
  return rows;
}

/** The bytes of each field, of `widths` bytes, one row behind the other. */
export function columnsOfRows(rows: Uint8Array, widths: readonly number[]): Uint8Array[] {
  const stride = widths.reduce((sum, width) => sum + width, 0);
  const count = rows.length / stride;
  const columns = widths.map(width => new Uint8Array(count * width));
  for (let row = 0, at = 0; row < count; row++) {
    for (const [i, width] of widths.entries()) {
      columns[i]!.set(rows.subarray(at, at + width), row * width);
      at += width;
    }
  }
  return columns;
}

/** The other way round. */
export function rowsOfColumns(columns: readonly Uint8Array[], widths: readonly number[], count: number): Uint8Array {
  const rows = new Uint8Array(count * widths.reduce((sum, width) => sum + width, 0));
  for (let row = 0, at = 0; row < count; row++) {
    for (const [i, width] of widths.entries()) {
      rows.set(columns[i]!.subarray(row * width, (row + 1) * width), at);
      at += width;
    }
  }
  return rows;
}
