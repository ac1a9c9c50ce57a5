// Finds primes on all cores, in order: scatter, map in worker threads, gather.
//
//   node examples/streams-workers.mjs
import { Stream } from 'millrace';
import { Pool, scatter } from 'millrace/parallel';

/** Sent to the workers as text, so it may use nothing but its arguments. */
function primesBelow(end, from) {
  let count = 0;
  for (let x = Math.max(2, from); x < end; x++) {
    let prime = true;
    for (let p = 2; p * p <= x; p++) {
      if (x % p === 0) {
        prime = false;
        break;
      }
    }
    if (prime) count++;
  }
  return { from, end, count };
}

const pool = new Pool();
const ends = Stream.fromIterable(Array.from({ length: 10 }, (_, i) => (i + 1) * 100_000));
const ranges = ends.slidingWindow(2).map(([before, end = before]) => [end, end === before ? 0 : before]);

let total = 0;
for await (const { from, end, count } of scatter(ranges, { pool }).starmap(primesBelow).buffer(8).gather()) {
  total += count;
  console.log(`${String(from).padStart(7)} … ${String(end).padStart(7)}  ${count} primes, ${total} so far`);
}
await pool.close();
