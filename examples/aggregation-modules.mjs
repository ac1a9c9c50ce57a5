// Aggregations of your own, in JavaScript and in WebAssembly: node examples/aggregation-modules.mjs
import { readFileSync } from 'node:fs';
import binaryen from 'binaryen'; // any compiler will do; this one comes with assemblyscript
import { DataFrame, f64, utf8, wasmAggregation } from 'millrace';

const text = readFileSync(new URL('aggregation-energy.wat', import.meta.url), 'utf8');
const energy = wasmAggregation(binaryen.parseText(text).emitBinary(), { name: 'energy' });

const trades = new DataFrame({ schema: { symbol: utf8(), price: f64() } });
const show = title => batch => console.log(title, JSON.stringify(batch.toArray()));

trades
  .window(3)
  .groupby('symbol')
  .agg({ energy: t => t.price.aggregate(energy), n: 'count()' })
  .sink(show('module '));

trades
  .groupby('symbol')
  .rolling(2, { minPeriods: 1 })
  .agg({ energy: t => t.price.aggregate(energy) })
  .sink(show('each row'));

/** The longest run of rising prices in the window, and where it begins. */
const rises = {
  initial: () => [],
  onNew: (prices, rows) => result([...prices, ...rows.column('price')]),
  onOld: (prices, rows) => result(prices.slice(rows.length)),
};
function result(prices) {
  let best = { length: 0, from: 0 };
  for (let from = 0, at = 1; at <= prices.length; at++) {
    if (at - from > best.length) best = { length: at - from, from: prices[from] };
    if (prices[at] <= prices[at - 1]) from = at;
  }
  return [prices, best];
}
trades.window(4).aggregate(rises).sink(show('rises  '));

trades
  .expanding()
  .apply(rows => rows.column('price').toArray().at(-1) ?? null)
  .sink(show('latest '));

trades.emit([
  { symbol: 'A', price: 3 },
  { symbol: 'B', price: 4 },
]);
trades.emit([
  { symbol: 'A', price: 1 },
  { symbol: 'A', price: 2 },
]);
trades.end();
