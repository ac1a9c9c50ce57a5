import type { Batch } from '../column/batch.ts';
import { pickRows } from '../column/pick-rows.ts';
import { OptionError } from '../errors.ts';
import { type BatchesPlan, batchesPlan, type Plan, visibleSchema } from './plan.ts';

/** The `n` rows of every batch with the most (or least) in a column, the most first; missing values are never among them. */
export function extremesPlan(input: Plan, verb: string, n: number, by: string, most: boolean): BatchesPlan {
  if (!Number.isSafeInteger(n) || n < 0) {
    throw new OptionError('n', `${verb}: ${n} rows make no sense; give a whole number`);
  }
  const schema = visibleSchema(input);
  schema.field(by, verb);
  const sign = most ? -1 : 1;
  const pick = (batch: Batch): Batch => {
    const cells = batch.column(by).toArray() as (number | bigint | string | null)[];
    const rows = cells.flatMap((cell, row) => (cell === null || Number.isNaN(cell) ? [] : [row]));
    rows.sort((a, b) => sign * (cells[a]! < cells[b]! ? -1 : cells[a]! > cells[b]! ? 1 : 0) || a - b);
    return pickRows(batch, rows.slice(0, n));
  };
  const index = input.index === null ? null : input.schema.field(input.index).type;
  return batchesPlan(input, { text: `${verb}(${n}, ${by})`, schema, index, open: () => pick });
}
