// Streaming as a careful JavaScript programmer would write it: typed arrays, a batch goes in, the result of everything so far (or of the
// window) can be read after it. Nothing is compensated, and results are read where they are kept: a consumer that keeps them copies.
import { PlainKeyTable } from './plain.mjs';

/** Twice the room, the same numbers in front. */
function grown(array) {
  const more = new array.constructor(array.length * 2);
  more.set(array);
  return more;
}

/** The mean of every key so far. */
export class RunningMeans {
  table = new PlainKeyTable();
  sums = new Float64Array(2048);
  counts = new Float64Array(2048);
  means = new Float64Array(2048);

  push(keys, values) {
    const { table } = this;
    for (let i = 0; i < keys.length; i++) {
      const id = table.id(keys[i]);
      if (id >= this.sums.length) {
        this.sums = grown(this.sums);
        this.counts = grown(this.counts);
        this.means = grown(this.means);
      }
      const count = this.counts[id] + 1;
      const sum = this.sums[id] + values[i];
      this.counts[id] = count;
      this.sums[id] = sum;
      this.means[id] = sum / count;
    }
  }

  /** A table of its own, as a consumer gets it that may keep results. */
  kept() {
    const { size } = this.table;
    return { k: this.table.keys.slice(0, size), mean: this.means.slice(0, size) };
  }
}

/** The means of the keys of each batch, once each. */
export class ChangedMeans extends RunningMeans {
  changed = new Int32Array(1024);
  changes = 0;
  #batch = 0;
  #seen = new Int32Array(2048);

  push(keys, values) {
    super.push(keys, values);
    const { table } = this;
    this.#batch++;
    this.changes = 0;
    if (this.changed.length < keys.length) this.changed = new Int32Array(keys.length);
    while (this.#seen.length < table.size) this.#seen = grown(this.#seen);
    for (let i = 0; i < keys.length; i++) {
      const id = table.id(keys[i]);
      if (this.#seen[id] === this.#batch) continue;
      this.#seen[id] = this.#batch;
      this.changed[this.changes++] = id;
    }
  }

  kept() {
    const { changes, changed } = this;
    const k = new Int32Array(changes);
    const mean = new Float64Array(changes);
    for (let i = 0; i < changes; i++) {
      k[i] = this.table.keys[changed[i]];
      mean[i] = this.means[changed[i]];
    }
    return { k, mean };
  }
}

/** Sum, mean and sample variance of several columns over the last `rows` rows. */
export class SlidingMoments {
  count = 0;
  sums;
  squares;
  #rows;
  #rings;
  #place = 0;

  constructor(rows, columns) {
    this.#rows = rows;
    this.#rings = Array.from({ length: columns }, () => new Float64Array(rows));
    this.sums = new Float64Array(columns);
    this.squares = new Float64Array(columns);
  }

  push(columns) {
    const rows = this.#rows;
    let place = 0;
    let count = 0;
    for (let c = 0; c < columns.length; c++) {
      const values = columns[c];
      const ring = this.#rings[c];
      let sum = this.sums[c];
      let square = this.squares[c];
      place = this.#place;
      count = this.count;
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (count === rows) {
          const old = ring[place];
          sum -= old;
          square -= old * old;
        } else count++;
        ring[place] = value;
        sum += value;
        square += value * value;
        if (++place === rows) place = 0;
      }
      this.sums[c] = sum;
      this.squares[c] = square;
    }
    this.#place = place;
    this.count = count;
  }

  mean(column) {
    return this.sums[column] / this.count;
  }

  variance(column) {
    const sum = this.sums[column];
    return (this.squares[column] - (sum * sum) / this.count) / (this.count - 1);
  }
}

/** Mean and greatest value of the last `spanMs`, of rows in order of time: a ring, and a monotone deque of its rows. */
export class SlidingTime {
  #spanMs;
  #mask = (1 << 20) - 1;
  #times = new Float64Array(1 << 20);
  #values = new Float64Array(1 << 20);
  #deque = new Float64Array(1 << 20);
  #head = 0;
  #tail = 0;
  #first = 0;
  #last = 0;
  #sum = 0;

  constructor(spanMs) {
    this.#spanMs = spanMs;
  }

  push(times, values) {
    for (let i = 0; i < times.length; i++) {
      const time = times[i];
      const value = values[i];
      const limit = time - this.#spanMs;
      let mask = this.#mask;
      while (this.#head < this.#tail && this.#times[this.#head & mask] <= limit) {
        this.#sum -= this.#values[this.#head & mask];
        if (this.#first < this.#last && this.#deque[this.#first & mask] === this.#head) this.#first++;
        this.#head++;
      }
      if (this.#tail - this.#head > mask) {
        this.#grow();
        mask = this.#mask;
      }
      this.#times[this.#tail & mask] = time;
      this.#values[this.#tail & mask] = value;
      this.#sum += value;
      while (this.#last > this.#first && this.#values[this.#deque[(this.#last - 1) & mask] & mask] <= value)
        this.#last--;
      this.#deque[this.#last & mask] = this.#tail;
      this.#last++;
      this.#tail++;
    }
  }

  get mean() {
    return this.#sum / (this.#tail - this.#head);
  }

  get greatest() {
    return this.#values[this.#deque[this.#first & this.#mask] & this.#mask];
  }

  #grow() {
    const [times, values, deque, mask] = [this.#times, this.#values, this.#deque, this.#mask];
    const rows = (mask + 1) * 2;
    this.#mask = rows - 1;
    this.#times = new Float64Array(rows);
    this.#values = new Float64Array(rows);
    this.#deque = new Float64Array(rows);
    for (let i = this.#head; i < this.#tail; i++) {
      this.#times[i & this.#mask] = times[i & mask];
      this.#values[i & this.#mask] = values[i & mask];
    }
    for (let i = this.#first; i < this.#last; i++) this.#deque[i & this.#mask] = deque[i & mask];
  }
}

/** Sums by key of windows of `spanMs`, one after another; `close(start, keys, sums)` gets each as it is over. */
export class TumblingSums {
  #spanMs;
  #close;
  #end = -Infinity;
  #table = new PlainKeyTable();
  #sums = new Float64Array(2048);

  constructor(spanMs, close) {
    this.#spanMs = spanMs;
    this.#close = close;
  }

  push(times, keys, values) {
    for (let i = 0; i < times.length; i++) {
      if (times[i] >= this.#end) {
        this.finish();
        this.#end = (Math.floor(times[i] / this.#spanMs) + 1) * this.#spanMs;
      }
      const id = this.#table.id(keys[i]);
      if (id >= this.#sums.length) this.#sums = grown(this.#sums);
      this.#sums[id] += values[i];
    }
  }

  finish() {
    const { size, keys } = this.#table;
    if (size > 0) this.#close(this.#end - this.#spanMs, keys.subarray(0, size), this.#sums.subarray(0, size));
    this.#table = new PlainKeyTable();
    this.#sums = new Float64Array(2048);
  }
}

/** Sum and mean by key over the last `rows` rows. */
export class WindowedGroups {
  table = new PlainKeyTable();
  sums = new Float64Array(2048);
  counts = new Float64Array(2048);
  #ids;
  #values;
  #rows;
  #place = 0;
  #count = 0;

  constructor(rows) {
    this.#rows = rows;
    this.#ids = new Int32Array(rows);
    this.#values = new Float64Array(rows);
  }

  push(keys, values) {
    const { table } = this;
    const [ids, ring, rows] = [this.#ids, this.#values, this.#rows];
    let place = this.#place;
    let count = this.#count;
    for (let i = 0; i < keys.length; i++) {
      const id = table.id(keys[i]);
      if (id >= this.sums.length) {
        this.sums = grown(this.sums);
        this.counts = grown(this.counts);
      }
      if (count === rows) {
        const old = ids[place];
        this.sums[old] -= ring[place];
        this.counts[old]--;
      } else count++;
      ids[place] = id;
      const value = values[i];
      ring[place] = value;
      this.sums[id] += value;
      this.counts[id]++;
      if (++place === rows) place = 0;
    }
    this.#place = place;
    this.#count = count;
  }

  /** A table of its own, as a consumer gets it that may keep results. */
  kept() {
    const { size } = this.table;
    const means = new Float64Array(size);
    for (let id = 0; id < size; id++) means[id] = this.sums[id] / this.counts[id];
    return { k: this.table.keys.slice(0, size), sum: this.sums.slice(0, size), mean: means };
  }
}
