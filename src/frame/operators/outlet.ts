import type { Operator, RowBlock } from './operator.ts';
import type { Stopwatch } from './stopwatch.ts';

/** What an operator hands on, and to whom; with the operator's figures. */
export class Outlet {
  /** Operators behind it. */
  readonly targets: Operator[] = [];
  /** Rows handed on so far. */
  rowCount = 0;
  /** Batches handed on so far. */
  batchCount = 0;
  /** What the stopwatch charged to the operator. */
  busyMs = 0;
  readonly #stopwatch: Stopwatch;
  readonly #before: Outlet | null;
  readonly #rowsBefore: number;

  /** @param before the outlet that the operator takes its rows from; null for the first operator */
  constructor(stopwatch: Stopwatch, before: Outlet | null = null) {
    this.#stopwatch = stopwatch;
    this.#before = before;
    this.#rowsBefore = before?.rowCount ?? 0;
  }

  /** Rows the operator has been given since it was connected. */
  get rowsIn(): number {
    return this.#before ? this.#before.rowCount - this.#rowsBefore : this.rowCount;
  }

  /** Lets `target` take what comes out here; gives the target's own outlet. */
  connect(target: Operator): Outlet {
    this.targets.push(target);
    return new Outlet(this.#stopwatch, this);
  }

  rows(block: RowBlock): void {
    this.rowCount += block.selected;
    if (this.#stopwatch.running) this.#timed(target => target.rows(block));
    else for (let at = 0; at < this.targets.length; at++) this.targets[at]!.rows(block);
  }

  batchEnd(): void {
    this.batchCount++;
    if (this.#stopwatch.running) this.#timed(target => target.batchEnd());
    else for (let at = 0; at < this.targets.length; at++) this.targets[at]!.batchEnd();
  }

  /** Whatever works until `leave` is charged to this operator. */
  enter(): Outlet | null {
    return this.#stopwatch.switchTo(this);
  }

  /** Back to who was charged before. */
  leave(before: Outlet | null): void {
    this.#stopwatch.switchTo(before);
  }

  end(): void {
    this.#timed(target => target.end());
  }

  /** Tells all targets that the batch in hand failed. */
  discard(): void {
    for (const target of this.targets) target.discard();
  }

  #timed(work: (target: Operator) => void): void {
    const stopwatch = this.#stopwatch;
    for (const target of this.targets) {
      const before = stopwatch.switchTo(target.out);
      work(target);
      stopwatch.switchTo(before);
    }
  }
}
