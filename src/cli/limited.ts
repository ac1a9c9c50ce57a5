import { Batch } from '../column/batch.ts';
import { Vector } from '../column/vector.ts';
import type { FrameSink } from '../frame/frame-sink.ts';

/** A sink that takes the first `rows` rows and says then that it is enough. */
export function limited(sink: FrameSink, rows: number, enough: AbortController): FrameSink {
  let left = rows;
  return {
    begin: schema => sink.begin?.(schema),
    open: () => sink.open?.(),
    write: async batch => {
      const some = firstRows(batch, left);
      left -= some.length;
      if (some.length > 0) await sink.write(some);
      if (left === 0) enough.abort();
    },
    end: () => sink.end?.(),
    abandon: () => sink.abandon?.(),
  };
}

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
