import type { Batch } from '../column/batch.ts';
import type { Columns, Schema } from '../schema/schema.ts';

/**
 * Takes a frame's results and keeps them somewhere: a file, a table, a topic. One that tells its `position` takes part in checkpoints: what
 * it kept behind that position is undone when a run goes on from there, so that nothing is there twice and nothing is missing.
 */
export interface FrameSink<C extends Columns = Columns> {
  /** It is attached to a frame of these columns; comes before everything else. */
  begin?(schema: Schema<C>): void;
  /** A run begins: fail now if you can't write. Where rows are pushed by hand, there is no run, and `write` comes first. May be a promise. */
  open?(): unknown;
  /** The next results. A promise holds the next batch back; an error fails the run. */
  write(batch: Batch<C>): unknown;
  /** All results have come: what is kept is complete. */
  end?(): unknown;
  /** No more will come and what came is not all: the run failed, or was stopped to go on later. Let go of what is held. */
  abandon?(): unknown;
  /**
   * Where it stands: values that a checkpoint keeps. Called between two batches, and tells of that moment; the promise is fulfilled when
   * everything before is safe. Batches may come in the meantime.
   */
  position?(): unknown;
  /** Undoes what was kept behind a position, before the first `write` of a run that goes on from there. May be a promise. */
  restore?(position: any): unknown;
}
