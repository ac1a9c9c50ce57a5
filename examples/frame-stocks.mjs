// Each stock beside its own last year, month by month: node examples/frame-stocks.mjs
import { fileURLToPath } from 'node:url';
import { openFrame } from 'millrace';

const data = name => fileURLToPath(new URL(`../node_modules/vega-datasets/data/${name}`, import.meta.url));
const stocks = await openFrame(data('stocks.csv'));

stocks
  .assign({
    change: t => t.price.pctChange().over('symbol'),
    usual: t => t.price.rolling(12).mean().over('symbol'),
    spread: t => t.price.rolling(12).std().over('symbol'),
    place: t => t.price.rolling(12).rank({ ascending: false }).over('symbol'),
  })
  .filter("date == 'Mar 1 2010'")
  .select({
    symbol: t => t.symbol,
    price: t => t.price,
    'change %': t => t.change.mul(100).round(1),
    'twelve months': t => t.usual.round(2),
    'deviations from it': t => t.price.sub(t.usual).div(t.spread).round(2),
    'place in them': t => t.place,
  })
  .sink(batch => {
    if (batch.length > 0) console.table(batch.toArray());
  });

await stocks.run();
