// Writes a River stream for some seconds: two channels of a heart, 500 samples a second, in batches of 25.
//
//   node examples/river-producer.mjs [redis URL] [stream] [seconds]
import { f32, timestamp } from 'millrace';
import { StreamWriter } from 'millrace/river';

const [url = 'redis://127.0.0.1:6379', stream = 'heart', seconds = '5'] = process.argv.slice(2);
const writer = new StreamWriter(url, { reconnectMs: 10_000 });
await writer.initialize(
  stream,
  { at: timestamp('ms'), left: f32(), right: f32() },
  { userMetadata: { device: 'example' } },
);

const began = Date.now();
const beat = at => Math.exp(-(((at % 800) - 200) ** 2) / 800);
for (let sample = 0; sample < Number(seconds) * 500; sample += 25) {
  const rows = Array.from({ length: 25 }, (_, i) => {
    const at = began + (sample + i) * 2;
    return { at: new Date(at), left: beat(at), right: beat(at + 40) * 0.8 };
  });
  await new Promise(resolve => setTimeout(resolve, began + (sample + 25) * 2 - Date.now()));
  await writer.write(rows);
}
await writer.stop(); // the end marker: readers stop by themselves
console.log(`producer: ${writer.totalSamplesWritten} samples`);
