// Conversions in blocks of 4096 rows against a loop over typed arrays.
import { rows, table } from './_rows.mjs';

const block = 4096;

const casting = (name, type, text, Target, read, convert, target) => ({
  name,
  against: 'a loop over typed arrays',
  rows,
  target,
  async setup() {
    const { memory, heap, blocks, bind } = table({ x: type });
    const bound = bind(text);
    const out = new Target(block);
    return {
      ours() {
        let last = 0;
        blocks(one => {
          const [{ values }] = bound.evaluate(one);
          last += Number(memory[read][values / Target.BYTES_PER_ELEMENT + one.length - 1]);
        });
        return last;
      },
      theirs() {
        let last = 0;
        for (let at = 0; at < rows; at += block) {
          const length = Math.min(block, rows - at);
          for (let i = 0; i < length; i++) out[i] = convert(heap.x[at + i]);
          last += Number(out[length - 1]);
        }
        return last;
      },
      check: (a, b) => a === b,
    };
  },
});

export const cases = [
  casting('int32 to f64, 10 M', 'i32', "cast(x, 'f64')", Float64Array, 'f64', x => x, 1),
  casting('int64 to f64, 10 M', 'i64', "cast(x, 'f64')", Float64Array, 'f64', Number, 2),
  casting('f64 to int32 checked, 10 M', 'f64', "cast(x * 1000, 'i32')", Int32Array, 'i32', x => x * 1000, 1),
];
