import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('means and alarms of sensors in examples/mqtt-sensors.mjs', () => {
  const program = fileURLToPath(new URL('../../examples/mqtt-sensors.mjs', import.meta.url));
  const shown = execFileSync(process.execPath, [program], { encoding: 'utf8' }).trim().split('\n');
  expect(shown.filter(line => line.startsWith('12:'))).toEqual([
    '12:00 attic    22.49 22.98',
    '12:00 hall     19.49 19.98',
    '12:01 attic    23.49 23.98',
    '12:01 hall     20.49 20.98',
    '12:02 attic    24.49 24.98',
    '12:02 hall     21.49 21.98',
    '12:03 attic    25.00 25.00',
    '12:03 hall     22.00 22.00',
  ]);
  expect(shown.filter(line => line.startsWith('alarm')).map(line => JSON.parse(line.slice(6)).room)).toEqual([
    'attic',
    'attic',
  ]);
});
