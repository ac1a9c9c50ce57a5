import { OptionError } from '../errors.ts';
import { type Clock, sleep } from '../stream/clock.ts';

const firstPauseMs = 50;
const longestPauseMs = 2000;

/** Growing pauses between attempts to mend a connection, until the time for that is up. */
export class Retry {
  readonly #retryMs: number;
  readonly #clock: Clock;
  #until = 0;
  #pauseMs = 0;

  /** @throws OptionError when `reconnectMs` is no length of time; `verb` is what the error begins with */
  constructor(verb: string, reconnectMs: number | undefined, clock: Clock) {
    this.#retryMs = reconnectMs ?? 60_000;
    this.#clock = clock;
    if (this.#retryMs >= 0) return;
    throw new OptionError('reconnectMs', `${verb}: reconnectMs is ${reconnectMs}; give milliseconds, 0 or more`);
  }

  /** It works: the next failure is the first. */
  succeeded(): void {
    this.#pauseMs = 0;
  }

  /** Waits until another attempt is due; false when the time is up or the signal was aborted. */
  async again(signal?: AbortSignal): Promise<boolean> {
    const now = this.#clock.now();
    if (this.#pauseMs === 0) this.#until = now + this.#retryMs;
    this.#pauseMs = Math.min(Math.max(this.#pauseMs * 2, firstPauseMs), longestPauseMs);
    if (now + this.#pauseMs > this.#until || signal?.aborted) return false;
    await sleep(this.#clock, this.#pauseMs, signal);
    return !signal?.aborted;
  }
}
