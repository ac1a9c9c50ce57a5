// Rows pushed by hand, four ways to look at them: node examples/frame-windows.mjs
import { DataFrame, f64, timestamp, utf8 } from 'millrace';

const sensors = new DataFrame({
  schema: { at: timestamp('ms'), room: utf8(), celsius: f64() },
  index: 'at',
  outOfOrder: '10s', // rows may come ten seconds late
});
const show = title => batch => {
  for (const row of batch) console.log(title.padEnd(12), JSON.stringify(row));
};

sensors
  .groupby('room')
  .agg({ mean: t => t.celsius.mean() }, { emit: 'changed' })
  .sink(show('so far'));
sensors
  .window(3)
  .agg({ mean: t => t.celsius.mean() })
  .sink(show('last three'));
sensors
  .tumbling('1m')
  .groupby('room')
  .agg({ high: t => t.celsius.max() })
  .sink(show('by minute'));
sensors.session('30s').agg({ rows: 'count()' }).sink(show('sessions'));

const start = Date.UTC(2026, 4, 1, 12);
const row = (seconds, room, celsius) => ({ at: new Date(start + seconds * 1000), room, celsius });
await sensors.emit([row(1, 'hall', 19.5), row(20, 'attic', 24), row(15, 'hall', 19.7)]);
await sensors.emit([row(62, 'hall', 20.1), row(58, 'attic', 24.6)]);
await sensors.emit([row(130, 'hall', 20.3)]);
await sensors.end();
