// A program that uses the installed package; package.test.ts copies it into an empty folder and compiles it there.
import { type Batch, DataFrame, f64, i64, openFrame, Stream, timestamp, utf8 } from 'millrace';

const trades = new DataFrame({
  schema: { at: timestamp('ms'), symbol: utf8(), price: f64(), volume: i64() },
  index: 'at',
});
const results = trades
  .filter(t => t.price.gt(10))
  .assign({ notional: t => t.price.mul(t.price) })
  .tumbling('1m')
  .groupby('symbol')
  .agg({ high: t => t.price.max(), total: t => t.notional.sum() });

results.sink(batch => {
  const high: number | null = batch.column('high').get(0);
  const symbol: string | null = batch.column('symbol').get(0);
  // @ts-expect-error there is no such column
  batch.column('hihg');
  return [high, symbol];
});
// @ts-expect-error there is no such column
trades.select(['prize']);
const volumes: (bigint | null)[] = [];
trades.sink(batch => {
  volumes.push(batch.column('volume').get(0));
});

export async function convert(path: string): Promise<Batch[]> {
  const frame = await openFrame(path, { index: 'date' });
  const out = frame.filter('distance > 500').sinkToList();
  await frame.run({ signal: AbortSignal.timeout(1000) });
  return out;
}

export const doubled: Stream<number> = new Stream<number>().map(x => x * 2);
