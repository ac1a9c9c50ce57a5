import type { Accumulator, Rows } from '../../aggregate/accumulator.ts';
import type { ChunkVector } from '../../column/chunk.ts';
import type { Loop } from '../../expr/loop.ts';
import type { Operator, RowBlock } from './operator.ts';

/** An argument that an accumulator is given row by row: a result of the loop, or a column as it is. */
export interface FusedArgument {
  readonly stored: boolean;
  readonly at: number;
}

export interface FusedState {
  readonly accumulator: Accumulator;
  /** The loop's result that is its state of the block; -1: it is given rows. */
  readonly result: number;
  readonly args: readonly FusedArgument[];
}

export interface FusedParts {
  readonly open: () => Loop;
  /** The loop takes blocks of any length. */
  readonly isUnbounded: boolean;
  /** From the first whose work the loop does to the aggregation. */
  readonly operators: readonly Operator[];
  /** For each of them but the last, how many conditions its rows have passed. */
  readonly passed: readonly number[];
  readonly states: readonly FusedState[];
}

/** Preparing a loop takes 40 µs: a third of what there is to a frame that is given a few rows. */
const rowsBefore = 4096;

/** Filters, projections and an aggregation of everything in one loop over a block. Its first operator asks it before it does anything itself. */
export class FusedAggregate {
  readonly #parts: FusedParts;
  #loop: Loop | null = null;
  #rowsSeen = 0;
  readonly #vectors: readonly ChunkVector[][];
  readonly #rows: Rows & { vectors: readonly ChunkVector[] } = { length: 0, vectors: [], groupIds: 0, mask: 0 };

  constructor(parts: FusedParts) {
    this.#parts = parts;
    this.#vectors = parts.states.map(() => []);
    parts.operators[0]!.fused = this;
  }

  get isUnbounded(): boolean {
    return this.#parts.isUnbounded;
  }

  /** Whether the block is done: for all of these operators, who then must not do it again. */
  take(block: RowBlock): boolean {
    const loop = this.#loop ?? this.#open(block.length);
    if (!loop || !this.#isAlone()) return false;
    const { operators, passed } = this.#parts;
    const { out } = operators.at(-1)!;
    const before = out.enter();
    const isDone = loop.run(block);
    if (isDone) {
      for (let at = 0; at < passed.length; at++)
        operators[at]!.out.rowCount += passed[at] === 0 ? block.selected : loop.left(passed[at]! - 1);
      this.#feed(loop, block);
    }
    out.leave(before);
    return isDone;
  }

  dispose(): void {
    const first = this.#parts.operators[0]!;
    if (first.fused === this) first.fused = null;
    this.#loop?.dispose();
  }

  #open(rows: number): Loop | null {
    if (this.#rowsSeen >= rowsBefore) this.#loop = this.#parts.open();
    this.#rowsSeen += rows;
    return this.#loop;
  }

  /** Nobody else wants the rows on their way. */
  #isAlone(): boolean {
    const { operators } = this.#parts;
    for (let at = 1; at < operators.length; at++) {
      const { targets } = operators[at - 1]!.out;
      if (targets.length !== 1 || targets[0] !== operators[at]) return false;
    }
    return true;
  }

  #feed(loop: Loop, block: RowBlock): void {
    const { states } = this.#parts;
    for (let at = 0; at < states.length; at++) {
      const { accumulator, result, args } = states[at]!;
      if (result >= 0) {
        accumulator.add!(loop.state(result));
        continue;
      }
      const vectors = this.#vectors[at]!;
      for (let i = 0; i < args.length; i++) {
        const { stored, at: place } = args[i]!;
        vectors[i] = stored ? loop.vector(place) : block.vectors[place]!;
      }
      this.#rows.length = block.length;
      this.#rows.vectors = vectors;
      this.#rows.mask = loop.mask || block.mask;
      accumulator.onNew(this.#rows);
    }
  }
}
