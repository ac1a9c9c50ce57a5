/**
 * `millrace/arrow`: apache-arrow in and out with a static import of it, as browsers and bundlers want it.
 * In Node `batch.toArrow()` does the same, and every function that takes a batch takes a Table or RecordBatch.
 */
import * as arrow from 'apache-arrow';
import type { Batch } from '../column/batch.ts';
import { recordBatchOf } from '../column/to-arrow.ts';

export { batchesFromArrow, batchFromArrow as fromArrow } from '../column/from-arrow.ts';

/** An apache-arrow RecordBatch over the buffers of `batch`: nothing is copied, so neither may be written to. */
export function toArrow(batch: Batch<any>): arrow.RecordBatch {
  return recordBatchOf(batch, arrow);
}
