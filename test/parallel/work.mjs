import { threadId } from 'node:worker_threads';

export const square = x => x * x;
export const scaled = (x, factor) => x * factor;
export const add = (a, b) => a + b;

/** Which thread it ran in, after a while. */
export async function slowThread() {
  await new Promise(resolve => setTimeout(resolve, 20));
  return threadId;
}

export const die = () => process.exit(3);
export const countState = (count, x) => [count + 1, `${count}:${x}`];
export const noFunction = 5;

/** The sum of the first column of a chunk, read where it lies. */
export function sumOfChunk(chunk) {
  let sum = 0;
  for (let row = 0; row < chunk.length; row++) sum += chunk.memory.f64[(chunk.vectors[0].values >>> 3) + row];
  return [sum, chunk.schema.names, chunk.memory.wasm.buffer instanceof SharedArrayBuffer];
}

export async function later(x) {
  await new Promise(resolve => setTimeout(resolve, x));
  return x;
}

export const failing = x => {
  if (x === 2) throw new RangeError('two');
  return x;
};

/** The batch itself, and what it says of its first row. */
export const sameBatch = batch => [batch, batch.row(0), batch.toString()];

/** Writes into the batch's own column; tells how many rows it has. */
export function negate(batch) {
  batch.column('x').values.fill(-1);
  return batch.length;
}
