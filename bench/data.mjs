// The rows that the benchmarks run on: the same on every machine and in every run.

/** xorshift128 (Marsaglia 2003): 32 bits a step, in integer arithmetic only. */
class Random {
  #a;
  #b;
  #c;
  #d;
  #spare = Number.NaN;

  constructor(seed) {
    let state = seed | 0;
    const next = () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return (mixed ^ (mixed >>> 14)) | 0;
    };
    [this.#a, this.#b, this.#c, this.#d] = [next(), next(), next(), next() | 1];
  }

  /** A whole number in [0, 2^32). */
  bits() {
    let t = this.#d;
    const s = this.#a;
    this.#d = this.#c;
    this.#c = this.#b;
    this.#b = s;
    t ^= t << 11;
    t ^= t >>> 8;
    this.#a = t ^ s ^ (s >>> 19);
    return this.#a >>> 0;
  }

  /** In [0, 1), 53 bits. */
  unit() {
    return ((this.bits() >>> 5) * 67_108_864 + (this.bits() >>> 6)) / 9_007_199_254_740_992;
  }

  below(n) {
    return Math.floor((this.bits() / 4_294_967_296) * n);
  }

  /** Mean 0, deviation 1 (Box & Muller 1958). */
  normal() {
    const spare = this.#spare;
    if (!Number.isNaN(spare)) {
      this.#spare = Number.NaN;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()));
    const angle = 2 * Math.PI * this.unit();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

/** First instant of `at`: 2023-11-14T22:13:20Z. */
const began = 1_700_000_000_000;

/**
 * Columns of `rows` rows, those that are named:
 *
 * - `k`   Int32Array     in [0, groups), uniform; spread over all of int32 if `sparse`
 * - `v`   Float64Array   uniform in [0, 1)
 * - `x`   Float64Array   normal
 * - `y`   Float64Array   a random walk around 100
 * - `at`  BigInt64Array  milliseconds since the epoch, `perSecond` rows a second; `atMs` the same as a Float64Array
 */
export function columns(rows, names, { groups = 1000, seed = 7, sparse = false, perSecond = 10_000 } = {}) {
  const given = {};
  for (const [place, name] of [...names].entries()) {
    const random = new Random(seed * 31 + place);
    if (name === 'k') {
      const spread = sparse ? 0x9e3779b1 : 1;
      given.k = Int32Array.from({ length: rows }, () => Math.imul(random.below(groups), spread));
    } else if (name === 'v') given.v = Float64Array.from({ length: rows }, () => random.unit());
    else if (name === 'x') given.x = Float64Array.from({ length: rows }, () => random.normal());
    else if (name === 'y') given.y = walk(rows, random);
    else if (name === 'at') given.at = BigInt64Array.from({ length: rows }, (_, i) => BigInt(instant(i, perSecond)));
    else if (name === 'atMs') given.atMs = Float64Array.from({ length: rows }, (_, i) => instant(i, perSecond));
    else throw new Error(`data: no column is called "${name}"`);
  }
  return given;
}

const instant = (row, perSecond) => began + Math.floor((row * 1000) / perSecond);

function walk(rows, random) {
  let level = 100;
  return Float64Array.from({ length: rows }, () => {
    level += (random.unit() - 0.5) * 0.01 + (100 - level) * 1e-6;
    return level;
  });
}

/** Rows [from, to) of columns, without copies. */
export function slice(given, from, to) {
  const part = {};
  for (const name in given) part[name] = given[name].subarray(from, to);
  return part;
}

/** `count` distinct names of some 12 bytes, a few of them not ASCII. */
export const names = count =>
  Array.from({ length: count }, (_, i) => `sensor-${String(i).padStart(5, '0')}${i % 97 === 0 ? 'é' : ''}`);

/** The texts of `words` that these codes stand for, one after the other in UTF-8, with offsets. */
export function texts(codes, words) {
  const encoded = words.map(word => new TextEncoder().encode(word));
  const offsets = new Int32Array(codes.length + 1);
  for (let row = 0; row < codes.length; row++) offsets[row + 1] = offsets[row] + encoded[codes[row]].length;
  const values = new Uint8Array(offsets[codes.length]);
  for (let row = 0; row < codes.length; row++) values.set(encoded[codes[row]], offsets[row]);
  return { values, offsets };
}
