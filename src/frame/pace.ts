import { type Joiner, otherSide, type Side } from '../join/joiner.ts';
import type { Root } from './root.ts';

/** A side that is so many rows ahead of the other waits for it. */
const aheadRows = 262_144;

/** Keeps the sources of the two sides of a join together in time: the one that is far ahead waits for the other. */
export class Pace {
  readonly #joiner: () => Joiner | null;
  readonly #ended: ReadonlySet<Side>;
  readonly #waiting = new Map<Side, () => void>();
  /** How many want that neither waits. */
  #held = 0;
  #isKept = false;

  /** @param ended sides that bring no more rows: nobody waits for them */
  constructor(joiner: () => Joiner | null, ended: ReadonlySet<Side>) {
    this.#joiner = joiner;
    this.#ended = ended;
  }

  /** From now on a side can wait for the other, if they are fed by different sources. */
  keep(left: Root, right: Root): void {
    this.#isKept = areApart(left, right);
  }

  /** Neither waits any more. */
  stop(): void {
    this.#isKept = false;
    this.look();
  }

  /** Neither waits until the function is called that it gives. */
  hold(): () => void {
    this.#held++;
    this.look();
    return () => {
      this.#held--;
    };
  }

  /** What a side that brought rows has to wait for. */
  wait(side: Side): void | Promise<void> {
    if (!this.#mustWait(side)) return;
    return new Promise(resolve => {
      this.#waiting.set(side, resolve);
    });
  }

  /** Lets go of who need not wait any more. */
  look(): void {
    for (const [side, resume] of this.#waiting) {
      if (this.#mustWait(side)) continue;
      this.#waiting.delete(side);
      resume();
    }
  }

  /** Only the side that is ahead in time waits, so never both. */
  #mustWait(side: Side): boolean {
    const joiner = this.#joiner();
    const other = otherSide(side);
    if (!this.#isKept || this.#held > 0 || !joiner || this.#ended.has(other)) return false;
    return joiner.held(side) >= aheadRows && joiner.watermark(side) > joiner.watermark(other);
  }
}

/** Whether two roots are fed by different sources only, none of which is a stream: those may share what is before them. */
function areApart(left: Root, right: Root): boolean {
  const [a, b] = [leaves(left), leaves(right)];
  return [...a, ...b].every(root => root.source !== null) && a.every(root => !b.includes(root));
}

const leaves = (root: Root): Root[] => (root.source?.inputs ? root.source.inputs.flatMap(leaves) : [root]);
