import { MillraceError, StreamReaderException } from '../errors.ts';
import type { Client } from './_client.ts';
import { type Decompress, decompressor } from './_compression.ts';
import { type Entry, fieldOf, idOf, nextId, numberOf, sampleValue, textOf } from './_entry.ts';
import { abortable, type Link } from './_link.ts';
import { metadataKey, type StreamFacts } from './_metadata.ts';

/** Where a reader stands: behind the entry `id` of `key`. Plain data, to be saved and given back as a start. */
export interface RiverPosition {
  readonly stream: string;
  /** When the stream was initialized, which tells it from another of the same name. */
  readonly initializedAtUs: string;
  readonly key: string;
  /** Id of the last entry that was read; empty at the beginning of the key. */
  readonly id: string;
  /** Index of the last sample that was read; -1 before the first. */
  readonly index: number;
}

/** Called with the old and the new key, empty before the first and behind the last. */
export type KeyChange = (from: string, to: string) => void;

/** Takes a sample: its bytes, its entry, and whether that holds it itself and does not refer to a compressed block. */
export type Take = (bytes: Uint8Array, entry: Entry, own: boolean) => void;

const checkEveryMs = 1000;

/** The place in a stream, and how it moves: entries are fetched, handed on, and markers followed. */
export class Cursor {
  readonly stream: string;
  readonly #facts: StreamFacts;
  readonly #link: Link;
  readonly #onKeyChange: KeyChange | undefined;
  readonly #sampleSize: number;
  readonly #variable: boolean;
  readonly #decompress: Decompress | null;
  #key: string;
  #last = '';
  #lastIndex = -1;
  #eofKey = '';
  /** The compressed block that is being handed out, and how many of its samples were. */
  #block: Uint8Array | null = null;
  #blockAt = 0;
  #checkedAt = performance.now();

  constructor(stream: string, facts: StreamFacts, link: Link, onKeyChange?: KeyChange) {
    this.stream = stream;
    this.#facts = facts;
    this.#link = link;
    this.#onKeyChange = onKeyChange;
    this.#sampleSize = facts.schema.sampleSize;
    this.#variable = facts.schema.hasVariableWidthField;
    this.#decompress = decompressor(facts.compression, facts.schema.sampleSize);
    this.#key = facts.firstStreamKey;
  }

  /** Id of the end marker that was met, or empty. */
  get eofKey(): string {
    return this.#eofKey;
  }

  get lastIndex(): number {
    return this.#lastIndex;
  }

  get position(): RiverPosition {
    return {
      stream: this.stream,
      initializedAtUs: String(this.#facts.initializedAtUs),
      key: this.#key,
      id: this.#last,
      index: this.#lastIndex,
    };
  }

  /** The first key is known: tells the listener. */
  begin(): void {
    this.#onKeyChange?.('', this.#key);
  }

  /** Goes behind a saved place. @throws StreamReaderException when what follows it is gone */
  async restore(position: RiverPosition, signal?: AbortSignal): Promise<void> {
    const { stream } = this;
    if (position.stream !== stream || position.initializedAtUs !== String(this.#facts.initializedAtUs)) {
      throw new StreamReaderException(
        `initialize: the saved position is of another stream than this "${stream}"; start at the beginning`,
      );
    }
    this.#key = position.key;
    this.#last = position.id;
    this.#lastIndex = position.index;
    // Key and place may be trimmed: what is there must go on where the position ended.
    if (position.id !== '') {
      const there = await this.#entries(
        client => client.sendBinary('XRANGE', this.#key, '-', '+', 'COUNT', '1'),
        signal,
      );
      if (there.length === 0) throw this.#gone();
    }
  }

  /** Goes behind the newest sample there is. */
  async toEnd(signal?: AbortSignal): Promise<void> {
    while (true) {
      const entry = await this.newest('+', signal);
      if (!entry || fieldOf(entry, 'eof')) return;
      if (this.follow(entry)) continue;
      this.#last = idOf(entry);
      this.#lastIndex = this.indexOf(entry);
      return;
    }
  }

  /**
   * The next entries, at most `count`. With `blockMs` waits for the first so long, and returns none if it does not come.
   *
   * @throws StreamReaderException when Redis refuses; RedisException when the connection broke
   */
  async fetch(count: number, blockMs: number, signal?: AbortSignal): Promise<readonly Entry[]> {
    const limit = String(count);
    if (blockMs === 0) {
      return this.#entries(
        client => client.sendBinary('XRANGE', this.#key, nextId(this.#last), '+', 'COUNT', limit),
        signal,
      );
    }
    const after = this.#last || '0-0';
    const block = String(blockMs);
    const found = await this.#entries(async client => {
      const streams = await client.sendBinary('XREAD', 'COUNT', limit, 'BLOCK', block, 'STREAMS', this.#key, after);
      return streams === null ? [] : (streams as [Buffer, Entry[]][])[0]![1];
    }, signal);
    if (found.length === 0) await this.#check(signal);
    return found;
  }

  /** The newest entry behind the cursor, up to `id` (`+`: any), or null. @throws RedisException */
  async newest(id: string, signal?: AbortSignal): Promise<Entry | null> {
    const from = nextId(this.#last);
    const question = (client: Client) => client.sendBinary('XREVRANGE', this.#key, id, from, 'COUNT', '1');
    const found = (await abortable(this.#link.ask(question, signal), signal)) as Entry[];
    return found[0] ?? null;
  }

  /**
   * Hands on the samples of fetched entries and moves behind them all; returns how many samples there were. Then looks at
   * the last entry: an end marker ends the stream, a tombstone leads to the next key.
   *
   * @throws StreamReaderException when an entry is damaged: the cursor is behind it then, and `samples` of the error were handed on
   */
  apply(entries: readonly Entry[], take: Take): number {
    const lastEntry = entries.at(-1);
    if (!lastEntry) return 0;
    let samples = 0;
    let wrong: StreamReaderException | undefined;
    let lastSample: Entry | undefined;
    for (const entry of entries) {
      let bytes: Uint8Array | null = null;
      try {
        bytes = this.#sampleOf(entry);
      } catch (error) {
        // A damaged batch: the samples that refer to it are passed over with it.
        this.#block = null;
        wrong ??= error as StreamReaderException;
      }
      if (!bytes) continue;
      if (!this.#variable && bytes.length !== this.#sampleSize) {
        wrong ??= this.#damaged(entry, `has ${bytes.length} bytes, a sample has ${this.#sampleSize}`);
        continue;
      }
      samples++;
      lastSample = entry;
      take(bytes, entry, !this.#decompress || fieldOf(entry, 'val') !== null);
    }
    this.#last = idOf(lastEntry);
    try {
      if (wrong) throw wrong;
      this.#conclude(lastEntry, lastSample);
    } catch (error) {
      (error as { samples?: number }).samples = samples;
      throw error;
    }
    return samples;
  }

  /** Moves behind a sample that was found by `newest`; returns how many samples were stepped over, itself included. */
  async stepTo(entry: Entry, signal?: AbortSignal): Promise<{ index: number; steps: number; bytes: Uint8Array }> {
    const index = this.indexOf(entry);
    const bytes = this.#decompress ? await this.#unblock(entry, index, signal) : fieldOf(entry, 'val');
    if (!bytes) throw this.#damaged(entry, 'is neither a sample nor a marker');
    if (!this.#variable && bytes.length !== this.#sampleSize) {
      throw this.#damaged(entry, `has ${bytes.length} bytes, a sample has ${this.#sampleSize}`);
    }
    const steps = index - this.#lastIndex;
    this.#last = idOf(entry);
    this.#lastIndex = index;
    return { index, steps, bytes };
  }

  /** Goes to the next key if the entry is a tombstone. @throws StreamReaderException when it names none */
  follow(entry: Entry): boolean {
    if (!fieldOf(entry, 'tombstone')) return false;
    const next = fieldOf(entry, 'next_stream_key');
    if (!next || !fieldOf(entry, 'sample_index')) throw this.#damaged(entry, 'is a tombstone without the next key');
    const old = this.#key;
    this.#key = next.toString('utf8');
    this.#last = '';
    this.#onKeyChange?.(old, this.#key);
    return true;
  }

  /** @throws StreamReaderException when the entry has no index */
  indexOf(entry: Entry): number {
    const index = numberOf(fieldOf(entry, 'i'));
    if (index === null) throw this.#damaged(entry, 'has no index');
    return index;
  }

  #sampleOf(entry: Entry): Uint8Array | null {
    const value = sampleValue(entry);
    if (!this.#decompress) return value;
    if (value) {
      this.#block = this.#decompress(value);
      this.#blockAt = 0;
    } else if (!fieldOf(entry, 'reference') || !this.#block) return null;
    const from = this.#blockAt++ * this.#sampleSize;
    return this.#block!.subarray(from, from + this.#sampleSize);
  }

  /** The sample of an entry that may be inside a block, which is fetched. */
  async #unblock(entry: Entry, index: number, signal?: AbortSignal): Promise<Uint8Array | null> {
    const reference = fieldOf(entry, 'reference');
    let head = entry;
    if (reference) {
      const id = textOf(reference);
      const found = await this.#entries(
        client => client.sendBinary('XRANGE', this.#key, id, '+', 'COUNT', '1'),
        signal,
      );
      if (!found[0] || idOf(found[0]) !== id) throw this.#damaged(entry, `refers to ${id}, which is gone`);
      head = found[0];
    }
    const value = fieldOf(head, 'val');
    if (!value) return null;
    const block = this.#decompress!(value);
    const from = (index - this.indexOf(head)) * this.#sampleSize;
    this.#block = block;
    this.#blockAt = from / this.#sampleSize + 1;
    return block.subarray(from, from + this.#sampleSize);
  }

  #conclude(last: Entry, lastSample: Entry | undefined): void {
    // The index of the last sample, and not of the last entry: a later tail counts from there.
    if (lastSample && lastSample !== last) this.#lastIndex = numberOf(fieldOf(lastSample, 'i')) ?? this.#lastIndex;
    if (fieldOf(last, 'eof')) {
      if (!fieldOf(last, 'sample_index')) throw this.#damaged(last, 'is an end marker without sample_index');
      this.#eofKey = this.#last;
      this.#onKeyChange?.(this.#key, '');
      return;
    }
    if (this.follow(last)) return;
    const index = this.indexOf(last);
    if (index < this.#lastIndex) throw this.#damaged(last, `has index ${index}, behind ${this.#lastIndex}`);
    this.#lastIndex = index;
  }

  async #entries(question: (client: Client) => Promise<unknown>, signal?: AbortSignal): Promise<readonly Entry[]> {
    try {
      return (await abortable(this.#link.ask(question, signal), signal)) as readonly Entry[];
    } catch (error) {
      const { reply } = error as { reply?: string };
      if (!(error instanceof MillraceError) || reply === undefined) throw error;
      throw new StreamReaderException(`read: ${this.#key}: ${reply}`, { cause: error });
    }
  }

  /**
   * Now and then, while nothing comes: whether something still can.
   *
   * @throws StreamReaderException when the stream was deleted, or trimmed beyond the cursor
   */
  async #check(signal?: AbortSignal): Promise<void> {
    if (performance.now() - this.#checkedAt < checkEveryMs) return;
    this.#checkedAt = performance.now();
    const question = async (client: Client): Promise<[unknown, unknown]> => [
      await client.send('HGET', metadataKey(this.stream), 'first_stream_key'),
      await client.send('EXISTS', this.#key),
    ];
    const [first, exists] = await abortable(this.#link.ask(question, signal), signal);
    if (first === null) throw new StreamReaderException(`read: the stream "${this.stream}" was deleted`);
    // A key that is not there yet comes behind the first one; one that was trimmed away stands before it.
    if (exists === 0 && this.#suffixOf(String(first)) > this.#suffixOf(this.#key)) throw this.#gone();
  }

  #suffixOf(key: string): number {
    return Number(key.slice(this.stream.length + 1));
  }

  #gone(): StreamReaderException {
    return new StreamReaderException(
      `read: ${this.#key} was trimmed away before all of it was read (the last sample read is ${this.#lastIndex}); start at the beginning of what is left`,
    );
  }

  #damaged(entry: Entry, problem: string): StreamReaderException {
    return new StreamReaderException(`read: entry ${idOf(entry)} of ${this.#key} ${problem}`);
  }
}
