/**
 * Where time comes from. Streams take one (`new Stream({ clock })`) and hand it on to every node attached to them, so that
 * a test can run a day in a millisecond.
 */
export interface Clock {
  /** Milliseconds since 1970, not going backwards. */
  now(): number;
  /** Calls `fn` once, not before `ms` milliseconds have passed. */
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

// setTimeout takes 31 bits of milliseconds (24.8 days) and fires at once above that.
const longest = 2 ** 31 - 1;

class Timer {
  #id: ReturnType<typeof setTimeout> | undefined;

  constructor(fn: () => void, ms: number) {
    this.#arm(fn, ms);
  }

  #arm(fn: () => void, ms: number): void {
    this.#id = ms <= longest ? setTimeout(fn, ms) : setTimeout(() => this.#arm(fn, ms - longest), longest);
  }

  clear(): void {
    clearTimeout(this.#id);
  }

  ref(): void {
    (this.#id as { ref?: () => void } | undefined)?.ref?.();
  }

  unref(): void {
    (this.#id as { unref?: () => void } | undefined)?.unref?.();
  }
}

/** The host's time. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimeout: (fn, ms) => new Timer(fn, ms),
  clearTimeout: handle => (handle as Timer | undefined)?.clear(),
};

/** Whether a pending timer keeps a Node process alive; clocks without such a notion ignore it. */
export function keepAlive(handle: unknown, keep: boolean): void {
  const timer = handle as { ref?: () => void; unref?: () => void } | undefined;
  if (keep) timer?.ref?.();
  else timer?.unref?.();
}

/** Resolves after `ms`, or as soon as `signal` is aborted. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise(resolve => {
    const done = (): void => {
      clock.clearTimeout(handle);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const handle = clock.setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
