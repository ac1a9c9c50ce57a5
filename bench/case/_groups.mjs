// A group by over all rows at once, as the cases run it.
import { DataFrame } from '../../dist/index.js';

export const sumAndMean = { sum: t => t.v.sum(), mean: t => t.v.mean() };

/** The result for `batches`, by the column k. */
export function groupsOf(schema, aggregations, batches) {
  const frame = new DataFrame({ schema });
  let result;
  frame
    .groupby('k')
    .agg(aggregations, { emit: 'end' })
    .sink(batch => {
      result = batch;
    });
  for (const batch of batches) frame.emit(batch);
  frame.end();
  frame.dispose();
  return result;
}

/** One number for a result table, in any order of rows. */
export function digest(weights, sums, means) {
  let total = 0;
  for (let i = 0; i < weights.length; i++)
    total += sums[i] * (1 + (weights[i] % 7)) + means[i] * (1 + (weights[i] % 3));
  return total;
}

/** That of a batch whose keys weigh what `weigh` says. */
export const digestOf = (batch, weigh) =>
  digest(weigh(batch.column('k')), batch.column('sum').values, batch.column('mean').values);
