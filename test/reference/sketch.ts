// Plain twins of the sketches.

const mask = 0xffff_ffff_ffff_ffffn;

/** splitmix64's finalizer. */
export function mix(key: bigint): bigint {
  let hash = (key + 0x9e37_79b9_7f4a_7c15n) & mask;
  hash = ((hash ^ (hash >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & mask;
  hash = ((hash ^ (hash >> 27n)) * 0x94d0_49bb_1331_11ebn) & mask;
  return hash ^ (hash >> 31n);
}

export function hashOf(text: string): bigint {
  const bytes = new TextEncoder().encode(text);
  let hash = (BigInt(bytes.length) * 0x9e37_79b9_7f4a_7c15n) & mask;
  const word = (at: number): bigint =>
    [...bytes.subarray(at, at + 8)].reduce((sum, byte, i) => sum | (BigInt(byte) << BigInt(8 * i)), 0n);
  let at = 0;
  for (; at + 8 <= bytes.length; at += 8) hash = mix(hash ^ word(at));
  return mix(hash ^ word(at));
}

/** HyperLogLog's estimate (Ertl 2017, algorithm 6) of these hashes. */
export function estimate(hashes: Iterable<bigint>, precision: number): bigint {
  const m = 2 ** precision;
  const most = 64 - precision;
  const registers = new Uint8Array(m);
  for (const hash of hashes) {
    const at = Number(hash >> BigInt(most));
    const rest = hash & ((1n << BigInt(most)) - 1n);
    const zeros = rest === 0n ? most : most - rest.toString(2).length;
    registers[at] = Math.max(registers[at]!, zeros + 1);
  }
  const ranks = Array.from({ length: most + 2 }, (_, rank) => registers.filter(one => one === rank).length);
  if (ranks[0] === m) return 0n;
  let sum = 0;
  for (let rank = most; rank > 0; rank--) sum += ranks[rank]! * 2 ** -rank;
  const z = m * tau(1 - ranks[most + 1]! / m) * 2 ** -most + sum + m * sigma(ranks[0]! / m);
  const value = (m * m) / (2 * Math.LN2 * z);
  const down = Math.floor(value);
  return BigInt(value - down > 0.5 || (value - down === 0.5 && down % 2 === 1) ? down + 1 : down);
}

function sigma(share: number): number {
  let [x, y, z] = [share, 1, share];
  for (let before = -1; z !== before; y += y) {
    x *= x;
    before = z;
    z += x * y;
  }
  return z;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let [x, y, z] = [share, 1, 1 - share];
  for (let before = -1; z !== before; ) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  }
  return z / 3;
}

interface Counter {
  readonly key: bigint;
  count: number;
  error: number;
  /** When it came to its count. */
  stamp: number;
}

/** Space-Saving the slow way; see assembly/sketch/summary.ts for which counter goes. */
export class SpaceSaving {
  counters: Counter[] = [];
  readonly #limit: number;
  #clock = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(key: bigint): void {
    let counter = this.counters.find(one => one.key === key);
    if (!counter && this.counters.length < this.#limit) {
      counter = { key, count: 0, error: 0, stamp: 0 };
      this.counters.push(counter);
    } else if (!counter) {
      const least = this.counters.reduce((a, b) =>
        b.count < a.count || (b.count === a.count && b.stamp < a.stamp) ? b : a,
      );
      counter = { key, count: least.count, error: least.count, stamp: 0 };
      this.counters[this.counters.indexOf(least)] = counter;
    }
    counter.count++;
    counter.stamp = ++this.#clock;
  }

  merge(other: SpaceSaving): void {
    if (other.counters.length === 0) return;
    const [mine, theirs] = [this.#floor(), other.#floor()];
    const all = new Map(
      this.counters.map(one => [one.key, { ...one, count: one.count + theirs, error: one.error + theirs }]),
    );
    for (const { key, count, error } of other.counters) {
      const own = this.counters.find(one => one.key === key) ?? { count: mine, error: mine };
      all.set(key, { key, count: own.count + count, error: own.error + error, stamp: 0 });
    }
    const order = (a: Counter, b: Counter): number =>
      b.count - a.count || a.error - b.error || (a.key < b.key ? -1 : 1);
    this.counters = [...all.values()].sort(order).slice(0, this.#limit);
    for (const counter of this.counters) counter.stamp = ++this.#clock;
  }

  top(k: number): [key: bigint, count: number, error: number][] {
    const order = (a: Counter, b: Counter): number => b.count - a.count || (a.key < b.key ? -1 : 1);
    return [...this.counters]
      .sort(order)
      .slice(0, k)
      .map(({ key, count, error }) => [key, count, error]);
  }

  #floor(): number {
    return this.counters.length < this.#limit ? 0 : Math.min(...this.counters.map(({ count }) => count));
  }
}
