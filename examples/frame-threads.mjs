// Delays by airport over several files, two at a time: a thread sums up its file, and what the threads say is added up here.
//
//   node examples/frame-threads.mjs
import { isMainThread } from 'node:worker_threads';
import { DataFrame, i64, openFrame, Stream, u32, utf8 } from 'millrace';
import { Pool, scatter, task } from 'millrace/parallel';

/** Runs in a thread: number of flights and sum of their delays, by airport. */
export async function ofFile(file) {
  const flights = await openFrame(file);
  const sums = flights.groupby('origin').agg('flights = count(delay), late = sum(delay)', { emit: 'end' });
  const batches = sums.sinkToList();
  await flights.run();
  return batches[0];
}

if (isMainThread) {
  const parts = new DataFrame({ schema: { origin: utf8(), flights: u32(), late: i64() } });
  parts
    .groupby('origin')
    .agg('flights = sum(flights), delay = sum(late) / sum(flights)', { emit: 'end' })
    .sink(batch => {
      const busiest = batch.toArray().sort((a, b) => Number(b.flights - a.flights));
      console.table(busiest.slice(0, 5));
    });

  const pool = new Pool({ threads: 2 });
  const files = Stream.fromIterable(
    ['2k', '5k', '10k', '20k'].map(n => `node_modules/vega-datasets/data/flights-${n}.json`),
  );
  const work = task(import.meta.url, 'ofFile');
  for await (const part of scatter(files, { pool }).map(work).buffer(4).gather()) await parts.emit(part);
  await parts.end();
  await pool.close();
}
