import type { ChunkVector } from '../column/chunk.ts';
import type { Program } from './program.ts';

/** A missing cell satisfies no comparison but `!=`, as in pandas: the answer is never null. */
export function settle(program: Program, op: string, out: ChunkVector, validity: number, length: number): void {
  if (validity === 0) return;
  const kernel = op === 'ne' ? program.select.orNotBits : program.select.andBits;
  kernel(out.values, validity, out.values, (length + 7) >> 3);
}
