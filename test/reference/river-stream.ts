/** An entry of a key: a sample, or the marker that ends the key or the stream. */
export interface PlainEntry {
  readonly kind: 'sample' | 'tombstone' | 'eof';
  /** The sample's bytes; for a tombstone the next key. */
  readonly value: Uint8Array;
  /** Of the sample; in a marker, of the last one before it. */
  readonly index: number;
  /** What Redis called it. */
  id: string;
}

export interface PlainKey {
  readonly key: string;
  readonly entries: PlainEntry[];
}

/** What River's writer leaves in Redis, as lists. */
export class PlainStream {
  readonly keys: PlainKey[];
  readonly #name: string;
  readonly #keysPerRedisStream: number;
  readonly #batchSize: number;
  #total = 0;

  constructor(name: string, keysPerRedisStream: number, batchSize: number) {
    this.#name = name;
    this.#keysPerRedisStream = keysPerRedisStream;
    this.#batchSize = batchSize;
    this.keys = [{ key: `${name}-0`, entries: [] }];
  }

  get total(): number {
    return this.#total;
  }

  /** A new key is begun before a batch, and never within one. */
  write(samples: readonly Uint8Array[]): void {
    for (const [i, value] of samples.entries()) {
      if (i % this.#batchSize === 0) this.#rollOver();
      this.#add('sample', value, this.#total++);
    }
  }

  stop(): void {
    this.#add('eof', new Uint8Array(), Math.max(0, this.#total - 1));
  }

  #rollOver(): void {
    const key = `${this.#name}-${Math.floor(this.#total / this.#keysPerRedisStream)}`;
    if (key === this.keys.at(-1)!.key) return;
    this.#add('tombstone', new TextEncoder().encode(key), this.#total - 1);
    this.keys.push({ key, entries: [] });
  }

  #add(kind: PlainEntry['kind'], value: Uint8Array, index: number): void {
    this.keys.at(-1)!.entries.push({ kind, value, index, id: '' });
  }
}

/** River's reader over such lists. Nothing waits here: ask only for what is there. */
export class PlainReader {
  readonly #keys: readonly PlainKey[];
  readonly #maxFetchSize: number;
  #key = 0;
  #at = 0;
  #lastIndex = -1;
  #eof = false;
  total = 0;

  constructor(stream: PlainStream, maxFetchSize: number) {
    this.#keys = stream.keys;
    this.#maxFetchSize = maxFetchSize;
  }

  get good(): boolean {
    return !this.#eof;
  }

  /** Entries that `read` would still meet. */
  get ahead(): readonly PlainEntry[] {
    return this.#keys.slice(this.#key).flatMap(({ entries }, i) => (i === 0 ? entries.slice(this.#at) : entries));
  }

  /** The entries of up to `n` samples, and what `read` returns. */
  read(n: number): { readonly returned: number; readonly entries: readonly PlainEntry[] } {
    const taken: PlainEntry[] = [];
    while (taken.length < n) {
      const { entries } = this.#keys[this.#key]!;
      const answer = entries.slice(this.#at, this.#at + Math.min(n - taken.length, this.#maxFetchSize));
      this.#at += answer.length;
      const samples = answer.filter(({ kind }) => kind === 'sample');
      taken.push(...samples);
      this.total += samples.length;
      this.#lastIndex = samples.at(-1)?.index ?? this.#lastIndex;
      const last = answer.at(-1)!;
      this.#eof = last.kind === 'eof';
      if (this.#eof) return { returned: taken.length || -1, entries: taken };
      if (last.kind === 'tombstone') this.#nextKey();
    }
    return { returned: taken.length, entries: taken };
  }

  /** Goes to the newest entry with an id of at most `id`: what `seek` returns, and the sample found. `tail` seeks any. */
  seek(id?: string): { readonly returned: number; readonly entry: PlainEntry | null } {
    while (true) {
      const { entries } = this.#keys[this.#key]!;
      const found = entries.findLastIndex((entry, i) => i >= this.#at && (id === undefined || !isBehind(entry.id, id)));
      const entry = entries[found];
      if (!entry) return { returned: 0, entry: null };
      if (entry.kind === 'eof') return { returned: -1, entry: null };
      if (entry.kind === 'tombstone') this.#nextKey();
      else {
        const returned = entry.index - this.#lastIndex;
        this.#at = found + 1;
        this.#lastIndex = entry.index;
        this.total += returned;
        return { returned, entry };
      }
    }
  }

  #nextKey(): void {
    this.#key++;
    this.#at = 0;
  }
}

function isBehind(id: string, other: string): boolean {
  const [ms, n] = id.split('-').map(BigInt) as [bigint, bigint];
  const [otherMs, otherN] = other.split('-').map(BigInt) as [bigint, bigint];
  return ms === otherMs ? n > otherN : ms > otherMs;
}
