// The honest rival without a library: typed-array loops as a careful JavaScript programmer writes them.

/** int32 keys of any range to dense ids: open addressing, a power of two of slots, at most half of them full. */
export class PlainKeyTable {
  size = 0;
  keys = new Int32Array(512);
  #slots = new Int32Array(1024).fill(-1);

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
  let sums = new Float64Array(1024);
  let counts = new Float64Array(1024);
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
