// The busiest routes while 3,000,000 flights stream by: node examples/frame-routes.mjs
import { fileURLToPath } from 'node:url';
import { openFrame } from 'millrace';

const data = name => fileURLToPath(new URL(`../node_modules/vega-datasets/data/${name}`, import.meta.url));
const flights = await openFrame(data('flights-3m.parquet'));
const routes = flights.groupby(['origin', 'destination']).agg('flights = count(), late = mean(delay)');

let seen = 0;
routes.sink(batch => {
  if (++seen % 10 !== 1) return; // a look now and then
  const total = batch.column('flights').toArray();
  const top = [...total.keys()].sort((a, b) => total[b] - total[a]).slice(0, 5);
  const lines = top.map(at => {
    const { origin, destination, flights: count, late } = batch.row(at);
    return `${origin}–${destination} ${count} (${late.toFixed(1)} min)`;
  });
  console.log(`${flights.metrics().rowsIn.toLocaleString('en')} flights: ${lines.join(', ')}`);
});
await flights.run();
