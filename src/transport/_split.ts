/** Cuts bytes, which come in any portions, into pieces that end with a delimiter. */
export class Splitter {
  readonly #delimiter: Uint8Array;
  #rest: Uint8Array = nothing;

  constructor(delimiter: Uint8Array) {
    this.#delimiter = delimiter;
  }

  /** The pieces that are complete with these bytes; copies, safe to keep. */
  push(bytes: Uint8Array): Uint8Array[] {
    const whole = this.whole(bytes);
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < whole.length; ) {
      const end = find(whole, this.#delimiter, at) + this.#delimiter.length;
      pieces.push(whole.slice(at, end));
      at = end;
    }
    return pieces;
  }

  /** All complete pieces as one: up to the last delimiter, with it. Empty when there is none. */
  whole(bytes: Uint8Array): Uint8Array {
    const all = this.#rest.length === 0 ? bytes : joined(this.#rest, bytes);
    const end = findLast(all, this.#delimiter) + 1;
    if (end === 0) {
      this.#rest = all === bytes ? bytes.slice() : all;
      return nothing;
    }
    this.#rest = all.slice(end - 1 + this.#delimiter.length);
    return all.subarray(0, end - 1 + this.#delimiter.length);
  }

  /** What came after the last delimiter; forgotten with `take`. */
  get rest(): Uint8Array {
    return this.#rest;
  }

  take(): Uint8Array {
    const rest = this.#rest;
    this.#rest = nothing;
    return rest;
  }
}

const nothing = /* @__PURE__ */ new Uint8Array(0);

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

function find(bytes: Uint8Array, delimiter: Uint8Array, from: number): number {
  const first = delimiter[0]!;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (matches(bytes, delimiter, at)) return at;
  }
  return -1;
}

function findLast(bytes: Uint8Array, delimiter: Uint8Array): number {
  const last = delimiter.length - 1;
  // Overlapping delimiters ("||" in "|||") are cut from the left: the last one is where cutting from the left ends.
  if (last > 0 && overlaps(delimiter)) return lastFromLeft(bytes, delimiter);
  for (
    let at = bytes.lastIndexOf(delimiter[0]!);
    at >= 0;
    at = at === 0 ? -1 : bytes.lastIndexOf(delimiter[0]!, at - 1)
  ) {
    if (matches(bytes, delimiter, at)) return at;
  }
  return -1;
}

const matches = (bytes: Uint8Array, delimiter: Uint8Array, at: number): boolean => {
  if (at + delimiter.length > bytes.length) return false;
  for (let i = 1; i < delimiter.length; i++) if (bytes[at + i] !== delimiter[i]) return false;
  return true;
};

function overlaps(delimiter: Uint8Array): boolean {
  for (let shift = 1; shift < delimiter.length; shift++) {
    if (delimiter.subarray(shift).every((byte, i) => byte === delimiter[i])) return true;
  }
  return false;
}

function lastFromLeft(bytes: Uint8Array, delimiter: Uint8Array): number {
  let last = -1;
  for (let at = find(bytes, delimiter, 0); at >= 0; at = find(bytes, delimiter, at + delimiter.length)) last = at;
  return last;
}

/** A delimiter as bytes. */
export const delimiterBytes = (delimiter: string | Uint8Array): Uint8Array =>
  typeof delimiter === 'string' ? new TextEncoder().encode(delimiter) : delimiter;
