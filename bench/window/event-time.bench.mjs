// Event-time windows over 1,000 keys in batches of 1,000 rows, 10,000 rows a second: beside a loop over Maps as one writes it by hand, with
// 2 % of the rows out of order, and overlapping windows beside windows side by side.
import { DataFrame, f64, i32, timestamp } from '../../dist/index.js';

const rows = 2_000_000;
const batchRows = 1000;
const keys = 1000;
const rowsPerMs = 10;
const schema = { at: timestamp('ms'), key: i32(), x: f64() };
const start = Date.UTC(2026, 0, 1);

/** xorshift32: the same rows every time. */
function numbers(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Batches of columns; a share of the rows is up to `byMs` late. */
function columns(late = 0, byMs = 2000, count = rows) {
  const random = numbers(7);
  const batches = [];
  for (let from = 0; from < count; from += batchRows) {
    const at = new BigInt64Array(batchRows);
    const key = new Int32Array(batchRows);
    const x = new Float64Array(batchRows);
    for (let row = 0; row < batchRows; row++) {
      const back = random() < late ? Math.floor(random() * byMs) : 0;
      at[row] = BigInt(start + Math.floor((from + row) / rowsPerMs) - back);
      key[row] = Math.floor(random() * keys);
      x[row] = random();
    }
    batches.push({ at, key, x });
  }
  return batches;
}

/** Pushes all batches through a frame; gives the number of results and their sum. */
function ours(windowed, batches) {
  return () => {
    const frame = new DataFrame({ schema, index: 'at', outOfOrder: '2s' });
    const answer = { results: 0, sum: 0, max: 0 };
    windowed(frame)
      .groupby('key')
      .agg({ sum: 'sum(x)', mean: 'mean(x)', max: 'max(x)' })
      .sink(batch => {
        answer.results += batch.length;
        const { values: sums } = batch.column('sum');
        const { values: maxima } = batch.column('max');
        for (let row = 0; row < batch.length; row++) {
          answer.sum += sums[row];
          answer.max += maxima[row];
        }
      });
    for (const batch of batches) frame.emit(batch);
    frame.end();
    frame.dispose();
    return answer;
  };
}

/** The same windows by hand: a Map of windows, each a Map of groups; results as rows. */
function byHand(batches) {
  const sizeMs = 1000;
  const delayMs = 2000;
  return () => {
    const answer = { results: 0, sum: 0, max: 0 };
    const windows = new Map();
    let highest = -Infinity;
    const close = (windowStart, groups) => {
      const out = [];
      for (const [key, group] of groups) {
        out.push({
          windowStart,
          windowEnd: windowStart + sizeMs,
          key,
          sum: group.sum,
          mean: group.sum / group.count,
          max: group.max,
        });
      }
      for (const row of out) {
        answer.results++;
        answer.sum += row.sum;
        answer.max += row.max;
      }
    };
    for (const { at, key, x } of batches) {
      for (let row = 0; row < at.length; row++) {
        const time = Number(at[row]);
        const windowStart = time - (time % sizeMs);
        if (windowStart + sizeMs <= highest - delayMs) continue;
        if (time > highest) highest = time;
        let groups = windows.get(windowStart);
        if (!groups) windows.set(windowStart, (groups = new Map()));
        const value = x[row];
        const group = groups.get(key[row]);
        if (group) {
          group.sum += value;
          group.count++;
          if (value > group.max) group.max = value;
        } else groups.set(key[row], { sum: value, count: 1, max: value });
      }
      for (const [windowStart, groups] of windows) {
        if (windowStart + sizeMs > highest - delayMs) continue;
        close(windowStart, groups);
        windows.delete(windowStart);
      }
    }
    for (const [windowStart, groups] of windows) close(windowStart, groups);
    return answer;
  };
}

const near = (a, b) => Math.abs(a - b) <= 1e-9 * Math.abs(b);
const same = (a, b) => a.results === b.results && near(a.sum, b.sum) && near(a.max, b.max);

/**
 * A frame that has run for an hour already; each run pushes the next minutes. Times are written into the same buffers: their low halves, in
 * milliseconds since 1970.
 */
function steady(windowed) {
  const minute = columns(0, 0, 60 * 1000 * rowsPerMs);
  const low = minute.map(({ at }) => new Int32Array(at.buffer));
  const offsets = minute.map(({ at }) => Float64Array.from(at, time => Number(time) - start));
  for (const { at } of minute) at.fill(0n);
  const frame = new DataFrame({ schema, index: 'at' });
  let results = 0;
  windowed(frame)
    .groupby('key')
    .agg({ sum: 'sum(x)', mean: 'mean(x)', max: 'max(x)' })
    .sink(batch => {
      results += batch.length;
    });
  let now = 0;
  const push = minutes => {
    for (let passed = 0; passed < minutes; passed++, now += 60_000) {
      for (const [place, batch] of minute.entries()) {
        const times = low[place];
        const within = offsets[place];
        for (let row = 0; row < within.length; row++) times[2 * row] = now + within[row];
        frame.emit(batch);
      }
    }
    return results;
  };
  push(61);
  return { run: () => push(minutesPerRun), close: () => frame.dispose() };
}

const minutesPerRun = 5;

export const cases = [
  {
    name: 'tumbling 1 s, 1,000 keys, sum, mean and max, batches of 1,000 rows',
    against: 'Maps by hand',
    rows,
    target: 3,
    isolate: true,
    async setup() {
      const batches = columns();
      return { ours: ours(frame => frame.tumbling('1s'), batches), theirs: byHand(batches), check: same };
    },
  },
  {
    name: 'tumbling 1 s, 2 % of the rows up to 2 s late',
    against: 'all rows in order',
    rows,
    atMost: 1.3,
    isolate: true,
    async setup() {
      const tumbling = frame => frame.tumbling('1s');
      return {
        ours: ours(tumbling, columns(0.02)),
        theirs: ours(tumbling, columns()),
        check: (a, b) => a.results >= b.results,
      };
    },
  },
  {
    name: 'sliding 1 h by 1 s, 1,000 keys',
    against: 'tumbling 1 s',
    rows: minutesPerRun * 60_000 * rowsPerMs,
    atMost: 2,
    isolate: true,
    async setup() {
      const sliding = steady(frame => frame.sliding('1h', '1s'));
      const tumbling = steady(frame => frame.tumbling('1s'));
      const close = () => {
        sliding.close();
        tumbling.close();
      };
      return { ours: sliding.run, theirs: tumbling.run, close };
    },
  },
];
