// What a thread does with its part of the rows.
import { DataFrame, f64, i32 } from '../../dist/index.js';
import { slice } from '../data.mjs';

export const schema = { k: i32(), v: f64() };

/** Rows [from, to) of columns. */
export const partOf = slice;

/** Total and number of rows of each key. */
export function part(given) {
  const frame = new DataFrame({ schema });
  let answer;
  frame
    .groupby('k')
    .agg({ total: t => t.v.sum(), rows: t => t.v.count().astype('f64') }, { emit: 'end' })
    .sink(batch => {
      answer = batch;
    });
  frame.emit(given);
  frame.end();
  frame.dispose();
  return answer;
}
