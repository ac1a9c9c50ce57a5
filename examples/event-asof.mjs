// Trades beside the quotes of their moment, from two streams that come in their own time: node examples/event-asof.mjs
import { DataFrame, dictionary, f64, i32, timestamp } from 'millrace';

const schema = { at: timestamp('ms'), symbol: dictionary() };
const quotes = new DataFrame({
  schema: { ...schema, bid: f64(), ask: f64() },
  index: 'at',
  outOfOrder: '200ms', // quotes of several exchanges overtake each other
});
const trades = new DataFrame({ schema: { ...schema, price: f64(), qty: i32() }, index: 'at' });

// What each trade paid over the middle of the last quote of its symbol, if that was not older than two seconds.
const costs = trades
  .mergeAsof(quotes, { on: 'at', by: 'symbol', tolerance: '2s' })
  .assign({ cost: t => t.price.sub(t.bid.add(t.ask).div(2)).mul(t.qty) });

costs
  .tumbling('1m')
  .groupby('symbol')
  .agg({ trades: 'count()', quoted: 'count(bid)', cost: 'sum(cost)' })
  .sink(batch => {
    for (const { windowStart, symbol, trades, quoted, cost } of batch) {
      const minute = windowStart.toISOString().slice(11, 16);
      console.log(`${minute}  ${symbol.padEnd(4)} ${trades} trades, ${quoted} with a quote, cost ${cost.toFixed(2)}`);
    }
  });

// Trades within half a second behind a quote of their symbol.
let near = 0;
quotes.mergeInterval(trades, { by: 'symbol', from: '0s', to: '500ms' }).sink(batch => {
  near += batch.length;
});

/** The same numbers in every run (Park and Miller 1988). */
let state = 42;
const random = () => (state = (state * 48271) % 2147483647) / 2147483647;

const start = Date.UTC(2026, 4, 1, 9, 30);
const middle = { AAA: 100, BBB: 40, CCC: 7 };
for (let second = 0; second < 180; second++) {
  const moment = () => new Date(start + second * 1000 + Math.floor(random() * 1000));
  // CCC is quoted every ten seconds only
  const quoted = Object.keys(middle).filter(symbol => symbol !== 'CCC' || second % 10 === 0);
  const rows = quoted.flatMap(symbol => {
    middle[symbol] += (random() - 0.5) * 0.1;
    const { [symbol]: price } = middle;
    return [0.01, 0.02].map(half => ({ at: moment(), symbol, bid: price - half, ask: price + half, delay: random() }));
  });
  // each arrives up to 300 ms after it was made
  rows.sort((a, b) => a.at - b.at + 300 * (a.delay - b.delay));
  await quotes.emit(rows);
  const traded = Object.keys(middle).filter(() => random() < 0.5);
  const made = traded.map(symbol => ({ at: moment(), symbol, price: middle[symbol] + 0.01, qty: 100 }));
  await trades.emit(made.sort((a, b) => a.at - b.at));
}
await trades.end();
await quotes.end();
console.log(`${near} trades within half a second behind a quote; ${costs.metrics().late} quotes came too late`);
