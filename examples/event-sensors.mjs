// Means of sensors whose readings come late: shown at once, corrected later, and what is later still kept: node examples/event-sensors.mjs
import { DataFrame, dictionary, f64, timestamp } from 'millrace';

const readings = new DataFrame({
  schema: { at: timestamp('ms'), sensor: dictionary(), celsius: f64() },
  index: 'at',
  outOfOrder: '5s', // the usual delay on the way
});

// A quarter of an hour is shown when it is over, and again whenever late readings change it, for up to an hour: what was shown
// before is taken back first, so that the rows of a quarter always add up to its newest result.
const quarters = readings
  .tumbling('15m', { allowedLateness: '1h' })
  .groupby('sensor')
  .agg({ readings: 'count()', celsius: 'mean(celsius)' }, { panes: 'retracting' });

const board = new Map(); // what a dashboard would show
const corrections = new Map();
quarters.sink(batch => {
  for (const { windowStart, sensor, pane, retract, readings: count, celsius } of batch) {
    const place = `${windowStart.toISOString().slice(11, 16)} ${sensor}`;
    if (retract) board.delete(place);
    else board.set(place, { count, celsius });
    if (pane === 'late' && !retract) corrections.set(place, { count, celsius });
  }
});

// The rows of which no window was left.
const lost = [];
quarters.late.sink(batch => lost.push(...batch.toArray()));

/** The same numbers in every run (Park and Miller 1988). */
let state = 11;
const random = () => (state = (state * 48271) % 2147483647) / 2147483647;

const start = Date.UTC(2026, 4, 1, 6);
const arrivals = [];
for (let second = 0; second < 4 * 3600; second += 10) {
  for (const [place, sensor] of ['cellar', 'roof'].entries()) {
    const at = start + second * 1000;
    const celsius = 12 + 4 * place + 3 * Math.sin((second / 14_400) * Math.PI) + random() - 0.5;
    // the roof is offline from 07:10 to 07:40 and then sends what it has; a few readings are stuck for hours
    const offline = sensor === 'roof' && second >= 4200 && second < 6000;
    const stuck = random() < 0.002;
    const delay = stuck ? 7_200_000 : offline ? (6000 - second) * 1000 : random() * 4000;
    arrivals.push({ at: new Date(at), sensor, celsius, arrives: at + delay });
  }
}
arrivals.sort((a, b) => a.arrives - b.arrives);
for (let from = 0; from < arrivals.length; from += 50) {
  await readings.emit(arrivals.slice(from, from + 50).map(({ arrives, ...reading }) => reading));
}
await readings.end();

for (const [place, { count, celsius }] of [...corrections].sort()) {
  console.log(`${place.padEnd(13)} corrected: ${count} readings, ${celsius.toFixed(2)} °C`);
}
const shown = [...board.values()];
const total = shown.reduce((sum, { count }) => sum + count, 0);
console.log(`${shown.length} quarters of ${total} readings; ${lost.length} came when no window was left`);
for (const { at, sensor } of lost.slice(0, 3)) console.log(`too late: ${at.toISOString().slice(11, 19)} ${sensor}`);
