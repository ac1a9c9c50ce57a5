// Sensors that publish over MQTT, their means by room, alarms back to the broker: node examples/mqtt-sensors.mjs [url]
//
// Takes the broker whose URL is named, or one of its own in this process. Ends by itself.
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import { f64, ndjson, Stream, timestamp, utf8 } from 'millrace';
import { fromMqtt, toMqtt } from 'millrace/mqtt';

const own = process.argv[2] ? null : await startBroker();
const url = process.argv[2] ?? own.url;

// what comes from the rooms, decoded as it comes
const messages = fromMqtt('house/+/climate', { url });
const climate = messages.toDataFrame(ndjson({ at: timestamp('ms'), room: utf8(), celsius: f64() }), { index: 'at' });
const means = climate
  .tumbling('1m')
  .groupby('room')
  .agg({ mean: t => t.celsius.mean(), high: t => t.celsius.max() });
means.sink(batch => {
  for (const { windowStart, room, mean, high } of batch) {
    console.log(windowStart.toISOString().slice(11, 16), room.padEnd(8), mean.toFixed(2), high.toFixed(2));
  }
});

// a message for each minute of a room that was too warm; the broker keeps the last one
const alarms = fromMqtt('house/alarms', { url });
alarms.sink(({ payload }) => {
  console.log('alarm', new TextDecoder().decode(payload).trim());
});
means
  .filter('high > 24')
  .select(['room', 'high'])
  .stream.through(toMqtt('house/alarms', { url, codec: ndjson(), rows: 1, retain: true }));

const runs = [climate.run(), alarms.start()];
await new Promise(resolve => setTimeout(resolve, 300)); // until both have subscribed

// three minutes of two rooms, one reading a second
const rooms = new Stream();
rooms.map(JSON.stringify).through(toMqtt(reading => `house/${JSON.parse(reading).room}/climate`, { url }));
const start = Date.UTC(2026, 4, 1, 12);
for (let second = 0; second <= 180; second++) {
  for (const [room, base] of [
    ['attic', 22],
    ['hall', 19],
  ]) {
    await rooms.emit({ at: start + second * 1000, room, celsius: base + second / 60 });
  }
}
await rooms.end();
await new Promise(resolve => setTimeout(resolve, 300)); // the last ones are on their way
await messages.stop();
await runs[0]; // closes the last window
await new Promise(resolve => setTimeout(resolve, 300));
await alarms.stop();
own?.stop();

async function startBroker() {
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle);
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    broker.close();
    server.close();
  };
  return { url: `mqtt://127.0.0.1:${server.address().port}`, stop };
}
