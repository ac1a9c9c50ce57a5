// What a thread does with its part of the rows.
import { f64, i32 } from '../../dist/index.js';
import { groupsOf } from './_groups.mjs';

export const schema = { k: i32(), v: f64() };

/** Total and number of rows of each key. */
export const part = given => groupsOf(schema, { total: t => t.v.sum(), rows: t => t.v.count().astype('f64') }, [given]);
