interface Closed {
  readonly opened: Promise<void>;
  readonly open: () => void;
  readonly quiet: () => void;
}

/**
 * The way of batches into a root. While it is closed, whoever pushed a batch waits behind it, and so gets no further: then comes a moment
 * when none is on its way, and every source stands behind the last that was taken.
 */
export class Gate {
  #inside = 0;
  #closed: Closed | null = null;
  #isBroken = false;
  /** A batch is being taken on this stack: what its sinks push belongs to it. */
  onStack = false;
  /** Called when a batch was taken. */
  onLeave: (() => void) | null = null;

  get isQuiet(): boolean {
    return this.#inside === 0;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  enter(): void {
    this.#inside++;
    this.onStack = true;
  }

  /** The batch is taken; what is given back is to be waited for. */
  leave(): void | Promise<void> {
    this.#inside--;
    this.onLeave?.();
    if (!this.#closed) return;
    if (this.#inside === 0) this.#closed.quiet();
    return this.#closed?.opened;
  }

  /** A batch was lost: what is remembered and where the source stands will not agree again. */
  break(): void {
    this.#isBroken = true;
    this.#closed?.quiet();
  }

  /** `quiet` is called whenever the last batch that was on its way is taken, and when one is lost. */
  close(quiet: () => void): void {
    let open = (): void => {};
    const opened = new Promise<void>(resolve => {
      open = resolve;
    });
    this.#closed = { opened, open, quiet };
  }

  open(): void {
    this.#closed?.open();
    this.#closed = null;
  }
}
