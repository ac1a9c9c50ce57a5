// Hourly temperatures of Seattle with three readings spoilt; a rolling median finds them: node examples/frame-anomalies.mjs
import { fileURLToPath } from 'node:url';
import { DataFrame, f64, openFrame, timestamp } from 'millrace';

const data = name => fileURLToPath(new URL(`../node_modules/vega-datasets/data/${name}`, import.meta.url));
const readings = await openFrame(data('seattle-weather-hourly-normals.csv'));

const sensor = new DataFrame({ schema: { date: timestamp('ms'), temperature: f64() }, index: 'date' });
sensor
  .assign({ usual: t => t.temperature.rolling('7h').median() })
  .filter(t => t.temperature.sub(t.usual).abs().gt(5))
  .sink(batch => {
    for (const { date, temperature, usual } of batch) {
      console.log(`${date.toISOString()}: ${temperature.toFixed(1)} °C where ${usual.toFixed(1)} is usual`);
    }
  });

// The sensor fails at three hours of the year.
const spoilt = new Map([
  [1000, 41],
  [4000, -12],
  [8000, 38.5],
]);
let hour = 0;
readings.sink(async batch => {
  const rows = batch
    .toArray()
    .map(({ date, temperature }) => ({ date, temperature: spoilt.get(hour++) ?? temperature }));
  for (let at = 0; at < rows.length; at += 24) await sensor.emit(rows.slice(at, at + 24)); // a day at a time
});
await readings.run();
await sensor.end();
