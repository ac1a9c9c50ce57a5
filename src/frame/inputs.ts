import { OptionError } from '../errors.ts';
import { type Duration, parseDuration } from '../schema/duration.ts';
import { type Clock, keepAlive, systemClock } from '../stream/clock.ts';
import { beforeAll, type WatermarkInputs } from '../window/watermark.ts';

/** How frames wait for inputs that say nothing. */
export interface IdleOptions {
  /**
   * An input (a partition, a file, what `emit` calls one) without rows for this long no longer holds the watermark back, until it has rows again;
   * default `'30s'`. Time in which sinks keep everybody waiting does not count.
   */
  readonly idleAfter?: Duration;
  /** Tells idle inputs; default: the stream's, or the host's. */
  readonly clock?: Clock;
}

const defaultIdleMs = 30_000;

/**
 * Where the rows of a root come from: each input has an order of time of its own, and the watermark is behind the slowest. Inputs are known by
 * their names; rows of no input in particular are of the one called ''.
 */
export class Inputs implements WatermarkInputs {
  version = 0;
  current: string | null = null;
  awaited: readonly string[] = [];
  readonly #clock: Clock;
  readonly #idleMs: number;
  /** When each was last heard of. */
  readonly #heard = new Map<string, number>();
  #expected: readonly string[] = [];
  readonly #given = new Map<string, bigint>();
  #timer: unknown;
  /** Since when nobody can be heard of: sinks keep all waiting. */
  #pausedAt: number | null = null;
  /** Called when the watermark may have moved without rows. */
  onIdle: () => void = () => {};

  /** @throws OptionError when `idleAfter` is no length of time above 0 */
  constructor({ idleAfter = defaultIdleMs, clock = systemClock }: IdleOptions = {}) {
    this.#clock = clock;
    this.#idleMs = idleAfter === Number.POSITIVE_INFINITY ? idleAfter : parseDuration(idleAfter, 'idleAfter');
    if (this.#idleMs > 0) return;
    throw new OptionError('idleAfter', 'idleAfter: no input is heard of all the time; give a length of time above 0');
  }

  givenOf(column: string): bigint {
    return this.#given.get(column) ?? beforeAll;
  }

  /** No rows before `time` (ticks of the source's column) are expected any more. */
  give(column: string, time: bigint): void {
    if (time <= this.givenOf(column)) return;
    this.#given.set(column, time);
    this.version++;
  }

  /** Waits for these inputs from now on; for those that were named before and are not among them no more. */
  expect(names: readonly string[]): void {
    if (names === this.#expected) return;
    const now = this.#now();
    this.#joined(now);
    for (const name of this.#expected) if (!names.includes(name)) this.#heard.delete(name);
    for (const name of names) if (!this.#heard.has(name)) this.#heard.set(name, now);
    this.#expected = names;
    this.#look(now);
    this.#arm(now);
  }

  /** Goes on where another run was that waited for these: they are heard of now, and the others are idle. */
  resume(names: readonly string[]): void {
    const now = this.#clock.now();
    this.#heard.clear();
    for (const name of names) this.#heard.set(name, now);
    this.#expected = names;
    this.#look(now);
    this.#arm(now);
  }

  /** Rows can't be told apart by where they come from: all are of one input from now on. */
  unite(): void {
    this.#heard.clear();
    this.#expected = [];
    this.turnTo('');
  }

  /** Rows come, of this input. */
  turnTo(name: string): void {
    if (this.current === name && this.#heard.size === 1) return;
    const now = this.#now();
    this.#joined(now);
    this.#heard.set(name, now);
    this.#look(now);
    if (this.current !== name) {
      this.current = name;
      this.version++;
    }
    this.#arm(now);
  }

  /** Sinks keep all waiting, until `unpause`: that is nobody's silence. */
  pause(): void {
    if (this.#heard.size > 1) this.#pausedAt = this.#clock.now();
  }

  unpause(): void {
    if (this.#pausedAt === null) return;
    const ms = this.#clock.now() - this.#pausedAt;
    this.#pausedAt = null;
    for (const [name, heard] of this.#heard) this.#heard.set(name, heard + ms);
    this.#arm(this.#now());
  }

  /** Nothing comes any more. */
  close(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#heard.clear();
  }

  /** Others come beside the only input there was: no clock was read for its rows, so it is heard of now. */
  #joined(now: number): void {
    if (this.#heard.size === 1) for (const name of this.#heard.keys()) this.#heard.set(name, now);
  }

  /** Sees who is waited for. */
  #look(now: number): void {
    const awaited = [...this.#heard].filter(([, heard]) => now - heard < this.#idleMs).map(([name]) => name);
    if (awaited.length === this.awaited.length && awaited.every((name, at) => name === this.awaited[at])) return;
    this.awaited = awaited;
    if (this.current !== null && !awaited.includes(this.current)) this.current = null;
    this.version++;
  }

  /** Looks again when the next may be idle. */
  #arm(now: number): void {
    if (this.#timer !== undefined || this.#idleMs === Number.POSITIVE_INFINITY) return;
    if (this.#heard.size < 2 || this.awaited.length === 0) return;
    const first = this.awaited.reduce((least, name) => Math.min(least, this.#heard.get(name)!), now);
    this.#timer = this.#clock.setTimeout(() => this.#wake(), first + this.#idleMs - now);
    keepAlive(this.#timer, false);
  }

  #now(): number {
    return this.#pausedAt ?? this.#clock.now();
  }

  #wake(): void {
    this.#timer = undefined;
    if (this.#pausedAt !== null) return;
    const { version } = this;
    const now = this.#now();
    this.#look(now);
    if (this.version !== version) this.onIdle();
    this.#arm(now);
  }
}
