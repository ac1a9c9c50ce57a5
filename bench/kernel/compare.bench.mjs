// Conditions to bits and a count, against a loop that counts.
import { rows, table } from './_rows.mjs';

const counting = (name, types, text, loop, target) => ({
  name,
  against: 'a loop that counts over typed arrays',
  rows,
  target,
  async setup() {
    const { heap, blocks, predicate } = table(types);
    const bound = predicate(text);
    return {
      ours() {
        let count = 0;
        blocks(one => (count += bound.evaluate(one)));
        return count;
      },
      theirs: () => loop(heap),
      check: (a, b) => a === b,
    };
  },
});

export const cases = [
  counting(
    'x > 0.5 of 10 M f64',
    { x: 'f64' },
    'x > 0.5',
    ({ x }) => {
      let count = 0;
      for (let i = 0; i < rows; i++) if (x[i] > 0.5) count++;
      return count;
    },
    2,
  ),
  counting(
    'x > 0.5 and y < 0.2 of 10 M f64',
    { x: 'f64', y: 'f64' },
    'x > 0.5 and y < 0.2',
    ({ x, y }) => {
      let count = 0;
      for (let i = 0; i < rows; i++) if (x[i] > 0.5 && y[i] < 0.2) count++;
      return count;
    },
    2,
  ),
  counting(
    's > 500 of 10 M int16',
    { s: 'i16' },
    's > 500',
    ({ s }) => {
      let count = 0;
      for (let i = 0; i < rows; i++) if (s[i] > 500) count++;
      return count;
    },
    4,
  ),
];
