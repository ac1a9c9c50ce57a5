// Twenty-day VWAP and Bollinger bands of the S&P 500 in 2000 and after, day by day: node examples/frame-bollinger.mjs
import { fileURLToPath } from 'node:url';
import { openFrame } from 'millrace';

const data = name => fileURLToPath(new URL(`../node_modules/vega-datasets/data/${name}`, import.meta.url));
const days = await openFrame(data('sp500-2000.csv'), { index: 'date' });

days
  .assign({
    vwap: t => t.close.mul(t.volume).rolling(20).sum().div(t.volume.rolling(20).sum()),
    middle: t => t.close.rolling(20).mean(),
    width: t => t.close.rolling(20).std().mul(2),
  })
  .filter(t => t.close.gt(t.middle.add(t.width)).or(t.close.lt(t.middle.sub(t.width))))
  .select({
    date: t => t.date,
    close: t => t.close.round(2),
    vwap: t => t.vwap.round(2),
    low: t => t.middle.sub(t.width).round(2),
    high: t => t.middle.add(t.width).round(2),
  })
  .sink(batch => {
    if (batch.length === 0) return;
    console.log(`${batch.length} days outside their bands; the last five:`);
    console.table(batch.toArray().slice(-5));
  });

await days.run();
