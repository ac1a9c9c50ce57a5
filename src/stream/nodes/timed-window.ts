import { type Duration, parseDuration } from '../../schema/duration.ts';
import { keepAlive } from '../clock.ts';
import { type Carried, joined, retain } from '../metadata.ts';
import { covered, type Emitted, type Look, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';
import { type KeepOptions, KeyedGroup } from './partition-unique.ts';

/**
 * A loop: send what was collected, wait for what is below, wait for the interval. The first (mostly empty) window comes at
 * once, and idle intervals give empty ones. Elements wait for the previous window to be done.
 */
abstract class TimedNode<T> extends Operator<T, T[]> {
  override readonly look: Look = 'time';
  readonly #interval: Duration;
  readonly #ms: number;
  #timer: unknown;
  #busy: Promise<unknown> | undefined;
  #over = false;

  constructor(interval: Duration) {
    super();
    this.#interval = interval;
    this.#ms = parseDuration(interval, 'interval');
  }

  override get detail(): string {
    return String(this.#interval);
  }

  protected abstract keep(x: T, metadata: Carried): void;
  protected abstract take(): [items: T[], metadata: Carried];

  override attached(): void {
    // Not yet: what is attached next sees the first window too, and elements that are under way in queues above, emitted in
    // the turn that built the graph, are in it, as in streamz.
    void (async () => {
      for (let turn = 0; turn < 8; turn++) await null;
      await this.#tick();
    })();
  }

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    this.keep(x, metadata);
    keepAlive(this.#timer, true);
    return this.#busy;
  }

  /** The window that is open is sent now. */
  override ended(): Emitted {
    const last = (this.#busy ?? Promise.resolve()).then(() => {
      this.detached();
      return this.#send();
    });
    return last.then(() => this.node.end());
  }

  override detached(): Emitted {
    this.#over = true;
    this.node.clock.clearTimeout(this.#timer);
    return undefined;
  }

  async #tick(): Promise<void> {
    if (this.#over) return;
    this.#busy = covered(this.#send());
    if (this.#busy !== undefined) await this.#busy;
    this.#busy = undefined;
    if (this.#over) return;
    this.#timer = this.node.clock.setTimeout(() => void this.#tick(), this.#ms);
    if (!this.holds) keepAlive(this.#timer, false);
  }

  protected abstract get holds(): boolean;

  #send(): Emitted {
    const [items, metadata] = this.take();
    return this.sendApart(items, metadata);
  }
}

/** Arrays of what came in each interval. */
export class TimedWindowNode<T> extends TimedNode<T> {
  override readonly label = 'timed_window';
  #items: T[] = [];
  #metadata: Carried[] = [];

  protected override get holds(): boolean {
    return this.#items.length > 0;
  }

  protected override keep(x: T, metadata: Carried): void {
    retain(metadata);
    this.#items.push(x);
    if (metadata !== undefined) this.#metadata.push(metadata);
  }

  protected override take(): [items: T[], metadata: Carried] {
    const taken: [T[], Carried] = [this.#items, joined(this.#metadata)];
    this.#items = [];
    this.#metadata = [];
    return taken;
  }
}

/** The same with one element for each key. */
export class TimedWindowUniqueNode<T> extends TimedNode<T> {
  override readonly label = 'timed_window_unique';
  readonly #group: KeyedGroup<T>;

  constructor(interval: Duration, options: KeepOptions<T> = {}) {
    super(interval);
    this.#group = new KeyedGroup('timedWindowUnique', options);
  }

  protected override get holds(): boolean {
    return this.#group.size > 0;
  }

  protected override keep(x: T, metadata: Carried): void {
    this.#group.add(x, metadata);
  }

  protected override take(): [items: T[], metadata: Carried] {
    return this.#group.take();
  }
}
