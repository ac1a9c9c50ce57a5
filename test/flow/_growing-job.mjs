// Reads a file that grows, into a file of windows and one of rows, with checkpoints; killed and started again by kill.test.ts.
//   node _growing-job.mjs <input> <folder> follow|end
import { join } from 'node:path';
import { f64, openFrame, timestamp, toFile, utf8 } from '../../dist/index.js';

const [input, folder, until] = process.argv.slice(2);
const rows = await openFrame(input, {
  schema: { at: timestamp('ms'), key: utf8(), x: f64() },
  index: 'at',
  outOfOrder: '2s',
  follow: until === 'follow',
});
rows
  .tumbling('5s')
  .groupby('key')
  .agg({ n: 'size()', sum: 'sum(x)', middle: 'median(x)' })
  .sink(toFile(join(folder, 'windows.arrow')));
rows.filter('x > 90').sink(toFile(join(folder, 'rows.csv.gz')));
await rows.run({ checkpoint: { dir: join(folder, 'checkpoints'), every: '15ms' } });
process.stdout.write(`${JSON.stringify(rows.metrics().checkpoints)}\n`);
