interface Turn {
  readonly work: () => void | Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Works one after another, at once where nothing is under way: also when a work, on the same stack, brings up the next. */
export class Turns {
  readonly #waiting: Turn[] = [];
  #busy = false;

  /** Something is under way. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Does `work` when it is its turn; a promise only when that has to be waited for. */
  take(work: () => void | Promise<void>): void | Promise<void> {
    if (this.#busy) {
      return new Promise((resolve, reject) => {
        this.#waiting.push({ work, resolve, reject });
      });
    }
    this.#busy = true;
    let waiting: void | Promise<void>;
    try {
      waiting = work();
    } catch (error) {
      this.#next();
      throw error;
    }
    if (waiting) return waiting.finally(() => this.#next());
    this.#next();
  }

  #next(): void {
    const turn = this.#waiting.shift();
    this.#busy = false;
    if (!turn) return;
    try {
      const waiting = this.take(turn.work);
      if (waiting) waiting.then(turn.resolve, turn.reject);
      else turn.resolve();
    } catch (error) {
      turn.reject(error);
    }
  }
}
