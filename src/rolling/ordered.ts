import { joined, parted } from '../aggregate/_saved.ts';
import { GroupTree } from '../aggregate/group-tree.ts';
import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { orderRoom } from '../kernel/order.ts';
import type { OrderRoom } from '../kernel/wasm/order.ts';
import type { Memory } from '../memory/memory.ts';
import { f64, isFloat, isTemporal } from '../schema/data-type.ts';
import type { Follower, RollingBlock } from './follower.ts';
import type { KeyColumn } from './slot-columns.ts';

abstract class Ordered implements Follower {
  protected readonly memory: Memory;
  protected readonly room: OrderRoom;
  protected readonly column: KeyColumn;
  readonly #trees: readonly GroupTree[];

  /** @param trees how many */
  constructor(memory: Memory, owner: string, column: KeyColumn, trees: number) {
    this.memory = memory;
    this.room = orderRoom(memory);
    this.column = column;
    this.#trees = Array.from({ length: trees }, () => new GroupTree(memory, owner));
  }

  get stateBytes(): number {
    return this.#trees.reduce((sum, { stateBytes }) => sum + stateBytes, 0);
  }

  follow(block: RollingBlock): void {
    const { total, groups } = block.pool;
    for (const tree of this.#trees) tree.reserve(groups);
    this.begin(block);
    const [one, two] = this.#trees;
    for (let from = 0; from < total; ) {
      from = this.roll(block, from, one!.address, two === undefined ? 0 : two.address);
      if (from < total) for (const tree of this.#trees) tree.grow();
    }
  }

  clear(): void {
    for (const tree of this.#trees) tree.clear();
  }

  snapshot(): Uint8Array {
    return joined(this.#trees.map(tree => tree.snapshot()));
  }

  restore(bytes: Uint8Array): void {
    for (const [at, part] of parted(bytes, this.#trees.length, 'rolling').entries()) this.#trees[at]!.restore(part);
  }

  dispose(): void {
    for (const tree of this.#trees) tree.dispose();
  }

  /** Takes room for the answers. */
  protected abstract begin(block: RollingBlock): void;
  /** Goes on from step `from`; gives the step at which nodes ran out, or `total`. */
  protected abstract roll(block: RollingBlock, from: number, tree: number, other: number): number;
}

/** Medians and quantiles; O(log w) a row. */
export class Quantiles extends Ordered {
  readonly #q: number;
  readonly #mode: number;
  #below = 0;
  #above = 0;
  #fractions = 0;
  #present = 0;
  #length = 0;

  /** @param mode how a quantile between two rows is found: a place in `INTERPOLATIONS` */
  constructor(memory: Memory, owner: string, column: KeyColumn, q: number, mode: number) {
    super(memory, owner, column, 1);
    this.#q = q;
    this.#mode = mode;
  }

  /** Numbers are f64, times are times. */
  answer(block: RollingBlock): ChunkVector {
    const { type } = this.column;
    const length = this.#length;
    if (isTemporal(type)) {
      this.room.mixTicks(this.#below, this.#above, this.#fractions, length, this.#below);
      return this.column.keys.vector(this.#below, this.#present, length, block.scratch);
    }
    const form = isFloat(type) ? 0 : type.kind === 'uint64' ? 2 : 1;
    this.room.mixNumbers(this.#below, this.#above, this.#fractions, length, form, this.#below);
    return chunkVector(f64(), this.#below, this.#present);
  }

  protected begin({ pool: { length }, scratch }: RollingBlock): void {
    this.#length = length;
    this.#below = scratch.take(length * 8 + 8);
    this.#above = scratch.take(length * 8 + 8);
    this.#fractions = scratch.take(length * 8 + 8);
    this.#present = scratch.takeZeroed(((length + 7) >> 3) + 8);
  }

  protected roll({ pool: { next, steps, length, total } }: RollingBlock, from: number, tree: number): number {
    const { values, have } = this.column;
    const [below, above, fractions, present] = [this.#below, this.#above, this.#fractions, this.#present];
    const [q, mode] = [this.#q, this.#mode];
    return this.room.treeStepQuantiles(
      tree,
      next,
      steps,
      from,
      length,
      total,
      values,
      have,
      q,
      mode,
      below,
      above,
      fractions,
      present,
    );
  }
}

/** What equal values share. */
export type RankMethod = 'average' | 'min' | 'max' | 'dense';
export const RANK_METHODS: readonly RankMethod[] = /* @__PURE__ */ Object.freeze(['average', 'min', 'max', 'dense']);

/** The rank of each row among those of its window, from 1; O(log w) a row. */
export class Ranks extends Ordered {
  readonly #method: number;
  readonly #falling: number;
  readonly #share: number;
  #answers = 0;

  constructor(memory: Memory, owner: string, column: KeyColumn, method: RankMethod, ascending: boolean, pct: boolean) {
    super(memory, owner, column, method === 'dense' ? 2 : 1);
    this.#method = RANK_METHODS.indexOf(method);
    this.#falling = ascending ? 0 : 1;
    this.#share = pct ? 1 : 0;
  }

  answer(): ChunkVector {
    return chunkVector(f64(), this.#answers);
  }

  protected begin({ pool, scratch }: RollingBlock): void {
    this.#answers = scratch.take(pool.length * 8 + 8);
  }

  protected roll({ pool }: RollingBlock, from: number, tree: number, other: number): number {
    const { next, steps, length, total } = pool;
    const { values, have } = this.column;
    const [method, falling, share] = [this.#method, this.#falling, this.#share];
    return this.room.treeStepRanks(
      tree,
      other,
      next,
      steps,
      from,
      length,
      total,
      values,
      have,
      method,
      falling,
      share,
      this.#answers,
    );
  }
}
