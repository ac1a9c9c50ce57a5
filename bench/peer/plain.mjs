// The honest rival without a library: typed-array loops as a careful JavaScript programmer writes them.

/** int32 keys of any range to dense ids: open addressing, a power of two of slots, at most half of them full. */
export class PlainKeyTable {
  size = 0;
  keys = new Int32Array(2048);
  #slots = new Int32Array(4096).fill(-1);

  id(key) {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = Math.imul(key, 0x9e3779b1);
    slot = (slot ^ (slot >>> 15)) & mask;
    for (;;) {
      const id = slots[slot];
      if (id < 0) break;
      if (this.keys[id] === key) return id;
      slot = (slot + 1) & mask;
    }
    if (this.size === this.keys.length) {
      this.#grow();
      return this.id(key);
    }
    slots[slot] = this.size;
    this.keys[this.size] = key;
    return this.size++;
  }

  #grow() {
    const keys = new Int32Array(this.keys.length * 2);
    keys.set(this.keys);
    this.keys = keys;
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let id = 0; id < this.size; id++) {
      let slot = Math.imul(keys[id], 0x9e3779b1);
      slot = (slot ^ (slot >>> 15)) & mask;
      while (slots[slot] >= 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
  }
}

/** Sum and count by key with the table above. */
export function groupByTable(keys, values) {
  const table = new PlainKeyTable();
  let sums = new Float64Array(2048);
  let counts = new Float64Array(2048);
  for (let i = 0; i < keys.length; i++) {
    const id = table.id(keys[i]);
    if (id >= sums.length) {
      const [moreSums, moreCounts] = [new Float64Array(sums.length * 2), new Float64Array(sums.length * 2)];
      moreSums.set(sums);
      moreCounts.set(counts);
      [sums, counts] = [moreSums, moreCounts];
    }
    sums[id] += values[i];
    counts[id]++;
  }
  const { size } = table;
  return { keys: table.keys.subarray(0, size), sums: sums.subarray(0, size), counts: counts.subarray(0, size) };
}

/** Sum and count by key with a `Map` of objects. */
export function groupByMap(keys, values) {
  const groups = new Map();
  for (let i = 0; i < keys.length; i++) {
    const group = groups.get(keys[i]);
    if (group === undefined) groups.set(keys[i], { sum: values[i], count: 1 });
    else {
      group.sum += values[i];
      group.count++;
    }
  }
  const found = [...groups.values()];
  return {
    keys: [...groups.keys()],
    sums: Float64Array.from(found, group => group.sum),
    counts: Float64Array.from(found, group => group.count),
  };
}

export function sum(values) {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

export function sumPresent(values, validity) {
  let total = 0;
  for (let i = 0; i < values.length; i++) if ((validity[i >> 3] >> (i & 7)) & 1) total += values[i];
  return total;
}

export function least(values) {
  let best = Infinity;
  for (let i = 0; i < values.length; i++) if (values[i] < best) best = values[i];
  return best;
}

/** Sample variance, two passes. */
export function variance(values) {
  const mean = sum(values) / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const d = values[i] - mean;
    squares += d * d;
  }
  return squares / (values.length - 1);
}

/** UTF-8 keys to dense ids, by hash (FNV-1a) and by bytes. */
export class PlainTextTable {
  size = 0;
  /** First row of each key. */
  rows = new Int32Array(2048);
  #slots = new Int32Array(8192).fill(-1);
  #offsets;
  #bytes;

  constructor({ offsets, values }) {
    this.#offsets = offsets;
    this.#bytes = values;
  }

  id(row) {
    const [offsets, bytes, slots] = [this.#offsets, this.#bytes, this.#slots];
    const start = offsets[row];
    const length = offsets[row + 1] - start;
    const mask = slots.length - 1;
    let hash = 0x811c9dc5;
    for (let i = start; i < start + length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (; slots[slot] >= 0; slot = (slot + 1) & mask) {
      const other = offsets[this.rows[slots[slot]]];
      if (offsets[this.rows[slots[slot]] + 1] - other !== length) continue;
      let i = 0;
      while (i < length && bytes[other + i] === bytes[start + i]) i++;
      if (i === length) return slots[slot];
    }
    if (this.size === this.rows.length) throw new Error('PlainTextTable: too many keys');
    slots[slot] = this.size;
    this.rows[this.size] = row;
    return this.size++;
  }
}

/** Sum and mean by UTF-8 key with the table above; keys are their first rows. */
export function groupByText(texts, values) {
  const table = new PlainTextTable(texts);
  const sums = new Float64Array(2048);
  const counts = new Float64Array(2048);
  for (let row = 0; row < values.length; row++) {
    const id = table.id(row);
    sums[id] += values[row];
    counts[id]++;
  }
  const { size } = table;
  return { rows: table.rows.subarray(0, size), sums: sums.subarray(0, size), counts: counts.subarray(0, size) };
}

/** Sum and count by dictionary code: the code is the place. */
export function groupByCode(codes, values, words) {
  const sums = new Float64Array(words);
  const counts = new Float64Array(words);
  for (let i = 0; i < codes.length; i++) {
    sums[codes[i]] += values[i];
    counts[codes[i]]++;
  }
  return { sums, counts };
}

/** 2x + 1 where x > limit, summed, in one pass. */
export function filterProjectSum(values, limit) {
  let total = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > limit) total += values[i] * 2 + 1;
  return total;
}
