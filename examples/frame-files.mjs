// Delays by day of three million flights, from a Parquet file: node examples/frame-files.mjs
import { openFrame } from 'millrace';

const flights = await openFrame('node_modules/vega-datasets/data/flights-3m.parquet', { index: 'date' });
console.log(String(flights.schema));

const daily = flights
  .filter('distance > 500')
  .tumbling('1d')
  .agg('flights = count(), mean = mean(delay), p90 = quantile(delay, 0.9)');
console.log(daily.explain());

let days = 0;
let worst = null;
daily.sink(batch => {
  for (const day of batch) {
    days++;
    if (worst === null || day.p90 > worst.p90) worst = day;
  }
});
await flights.run();
console.log(`${days} days; the worst:`, worst);
