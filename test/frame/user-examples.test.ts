import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('aggregates by a module, by an object and by a function in examples/aggregation-modules.mjs', () => {
  const example = fileURLToPath(new URL('../../examples/aggregation-modules.mjs', import.meta.url));
  const lines = execFileSync(process.execPath, [example], { encoding: 'utf8' }).trim().split('\n');
  // prices 3, 4 | 1, 2: the longest rise of both windows begins with 3
  expect(lines.slice(-4)).toEqual([
    'module  [{"symbol":"A","energy":5,"n":2},{"symbol":"B","energy":16,"n":1}]',
    'each row [{"symbol":"A","energy":10},{"symbol":"A","energy":5}]',
    'rises   [{"length":2,"from":3}]',
    'latest  [{"value":2}]',
  ]);
});
