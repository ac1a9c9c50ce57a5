// Arithmetic in blocks of 4096 rows against a loop over typed arrays that writes into a block of the same size.
import { rows, table } from './_rows.mjs';

const against = 'a loop over typed arrays';
const block = 4096;
const near = (a, b) => Math.abs(a - b) <= 1e-9 * Math.abs(b);

const floats = (name, text, loop, target) => ({
  name,
  against,
  rows,
  target,
  async setup() {
    const { memory, heap, blocks, bind } = table({ x: 'f64', y: 'f64' });
    const bound = bind(text);
    const out = new Float64Array(block);
    return {
      ours() {
        let last = 0;
        blocks(one => {
          const [{ values }] = bound.evaluate(one);
          last += memory.f64[values / 8 + one.length - 1];
        });
        return last;
      },
      theirs() {
        let last = 0;
        for (let at = 0; at < rows; at += block) {
          const length = Math.min(block, rows - at);
          loop(heap.x, heap.y, out, at, length);
          last += out[length - 1];
        }
        return last;
      },
      check: near,
    };
  },
});

export const cases = [
  floats(
    'x * 2 + 1 of 10 M f64',
    'x * 2 + 1',
    (x, _y, out, at, length) => {
      for (let i = 0; i < length; i++) out[i] = x[at + i] * 2 + 1;
    },
    1,
  ),
  floats(
    'x * y of 10 M f64',
    'x * y',
    (x, y, out, at, length) => {
      for (let i = 0; i < length; i++) out[i] = x[at + i] * y[at + i];
    },
    1.2,
  ),
  floats(
    'round(x / y, 2) of 10 M f64',
    'round(x / y, 2)',
    (x, y, out, at, length) => {
      for (let i = 0; i < length; i++) out[i] = Math.round((x[at + i] / y[at + i]) * 100) / 100;
    },
    1,
  ),
  {
    name: 'i * 3 + 1 of 10 M int64',
    against: 'a loop over a BigInt64Array',
    rows,
    target: 1.5,
    async setup() {
      const { memory, heap, blocks, bind } = table({ i: 'i64' });
      const bound = bind('i * 3 + 1');
      const out = new BigInt64Array(block);
      return {
        ours() {
          let last = 0n;
          blocks(one => {
            const [{ values }] = bound.evaluate(one);
            last += memory.i64[values / 8 + one.length - 1];
          });
          return last;
        },
        theirs() {
          let last = 0n;
          for (let at = 0; at < rows; at += block) {
            const length = Math.min(block, rows - at);
            for (let i = 0; i < length; i++) out[i] = heap.i[at + i] * 3n + 1n;
            last += out[length - 1];
          }
          return last;
        },
        check: (a, b) => a === b,
      };
    },
  },
];
