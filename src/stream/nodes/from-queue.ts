import { type Duration, parseDuration } from '../../schema/duration.ts';
import { sleep } from '../clock.ts';
import { Source } from '../source.ts';

/** Takes what others put into a queue. */
export class QueueSource<T> extends Source<T> {
  override readonly label = 'from_q';
  readonly #queue: { shift(): T | undefined };
  readonly #ms: number;

  constructor(queue: { shift(): T | undefined }, sleepTime: Duration) {
    super();
    this.#queue = queue;
    this.#ms = parseDuration(sleepTime, 'sleepTime');
  }

  protected override async cycle(): Promise<void> {
    const x = this.#queue.shift();
    if (x === undefined) await sleep(this.node.clock, this.#ms, this.signal);
    else await this.give(x);
  }
}
