import { Batch } from '../column/batch.ts';
import { Vector } from '../column/vector.ts';

/** The first `rows` rows of a batch, over the same buffers. */
export function firstRows(batch: Batch, rows: number): Batch {
  if (rows >= batch.length) return batch;
  const vectors = batch.vectors.map(({ type, validity, values, offsets, dictionary }) => {
    const isFixed = type.kind !== 'bool' && offsets === null;
    return new Vector(type, rows, {
      validity,
      values: isFixed ? values.subarray(0, rows) : values,
      offsets: offsets?.subarray(0, rows + 1),
      dictionary,
    });
  });
  return new Batch(batch.schema, vectors, rows);
}
