import { topRows } from '../aggregate/sketch-top.ts';
import { Batch } from '../column/batch.ts';
import { pickRows } from '../column/pick-rows.ts';
import { vectorOf } from '../column/vector-of.ts';
import { aggregate, type Expression } from '../expr/expression.ts';
import { type DataType, f64 } from '../schema/data-type.ts';
import { field, Schema } from '../schema/schema.ts';
import { type AggregateOptions, aggregatePlan } from './aggregate-plan.ts';
import { mapPartitionsPlan } from './partitions.ts';
import { type BatchesPlan, type Plan, visibleSchema } from './plan.ts';

export interface TopOptions {
  /** Counters of a group; counts are exact for up to as many distinct values. Default 1024. */
  readonly capacity?: number | undefined;
}

/** The most frequent values of a column as rows, of each group and window: bounds, keys, the value, `count`, `error`. */
export function topValuesPlan(
  input: Plan,
  column: { readonly name: string; readonly expression: Expression; readonly type: DataType },
  k: number,
  { capacity = 1024 }: TopOptions,
  options: Omit<AggregateOptions, 'results'>,
): BatchesPlan {
  const expression = aggregate('top_values', [column.expression], { k, capacity });
  const tops = aggregatePlan(input, { ...options, results: [{ name: '\u0000top', expression }] }, 'topValues');
  const { fields } = visibleSchema(tops);
  const taken = new Set(['count', 'error', ...fields.map(({ name }) => name)]);
  const { type } = column;
  const schema = new Schema([
    ...fields.slice(0, -1),
    field(taken.has(column.name) ? 'value' : column.name, type),
    field('count', f64()),
    field('error', f64()),
  ]);
  const rowsOf = (batch: Batch): Batch => {
    const cells = batch.vectors.at(-1)!.toArray() as (string | null)[];
    const lists = cells.map(text => topRows(text, type));
    const list = lists.flat();
    const repeated = pickRows(
      batch,
      lists.flatMap((rows, row) => rows.map(() => row)),
    );
    const columns = [
      vectorOf(
        type,
        list.map(({ value }) => value),
      ),
      vectorOf(
        f64(),
        list.map(({ count }) => count),
      ),
      vectorOf(
        f64(),
        list.map(({ error }) => error),
      ),
    ];
    return new Batch(schema, [...repeated.vectors.slice(0, -1), ...columns], list.length);
  };
  return { ...mapPartitionsPlan(tops, 'topValues', rowsOf, { schema }), text: `topValues(${k})` };
}
