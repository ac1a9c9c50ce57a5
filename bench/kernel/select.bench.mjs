// The values that pass a condition, side by side: mask, selection, take; against a loop that appends.
import { selectRoom } from '../../dist/internal.js';
import { rows, table } from './_rows.mjs';

const keeping = (share, target) => ({
  name: `keep ${share * 100} % of 10 M f64`,
  against: 'a loop that appends to a typed array',
  rows,
  target,
  async setup() {
    const { memory, heap, vectors, blocks, predicate } = table({ x: 'f64' });
    const bound = predicate(`x < ${share}`);
    const room = selectRoom(memory);
    const selection = memory.allocate(4096 * 4, 'bench');
    const out = memory.allocate(rows * 8, 'bench');
    const kept = new Float64Array(rows);
    return {
      ours() {
        let at = out;
        blocks(one => {
          const count = bound.evaluate(one);
          room.selection(bound.mask, one.length, 0, selection);
          room.take64(one.vectors[0].values, selection, at, count);
          at += count * 8;
        });
        return [(at - out) / 8, memory.f64[at / 8 - 1], vectors.length];
      },
      theirs() {
        const { x } = heap;
        let at = 0;
        for (let i = 0; i < rows; i++) if (x[i] < share) kept[at++] = x[i];
        return [at, kept[at - 1], 1];
      },
      check: (a, b) => a.every((value, i) => value === b[i]),
    };
  },
});

export const cases = [keeping(0.01, 1.5), keeping(0.5, 2), keeping(0.9, 1.2)];
