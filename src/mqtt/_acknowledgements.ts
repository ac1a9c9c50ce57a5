import { Fifo } from '../stream/fifo.ts';

interface Entry {
  readonly id: number;
  state: 'held' | 'done' | 'failed';
}

/** What became of a message. */
export interface Receipt {
  /** Everybody is done with it. */
  done(): void;
  /** It failed: it is not acknowledged, and does not hold up the others. */
  failed(): void;
}

/**
 * Acknowledges the messages of one connection in the order in which they came, as MQTT wants it.
 *
 * @see MQTT 3.1.1, section 4.6, requirement MQTT-4.6.0-2
 */
export class Acknowledgements {
  readonly #acknowledge: (id: number) => void;
  readonly #entries = new Fifo<Entry>();

  constructor(acknowledge: (id: number) => void) {
    this.#acknowledge = acknowledge;
  }

  receipt(id: number): Receipt {
    const entry: Entry = { id, state: 'held' };
    this.#entries.push(entry);
    const settle = (state: 'done' | 'failed') => (): void => {
      entry.state = state;
      this.#settle();
    };
    return { done: settle('done'), failed: settle('failed') };
  }

  #settle(): void {
    for (let first = this.#entries.at(0); first && first.state !== 'held'; first = this.#entries.at(0)) {
      this.#entries.shift();
      if (first.state === 'done') this.#acknowledge(first.id);
    }
  }
}
