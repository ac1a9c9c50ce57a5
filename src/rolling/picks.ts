import { joined, parted } from '../aggregate/_saved.ts';
import { Cells } from '../aggregate/cells.ts';
import { rollingRoom } from '../kernel/rolling.ts';
import type { Memory } from '../memory/memory.ts';
import type { Follower, RollingBlock } from './follower.ts';
import type { KeyColumn } from './slot-columns.ts';

/** One row of each window, by its slot: u32 at `slots`, all ones where there is none. */
abstract class Choice implements Follower {
  slots = 0;
  protected readonly memory: Memory;
  protected readonly groups: Cells;
  protected readonly links: Cells;

  /** @param linkBytes what is kept for each slot; for each group it is 16 bytes */
  constructor(memory: Memory, owner: string, linkBytes: number) {
    this.memory = memory;
    this.groups = new Cells(memory, owner, 16);
    this.links = new Cells(memory, owner, linkBytes);
  }

  get stateBytes(): number {
    return this.groups.bytes + this.links.bytes;
  }

  follow(block: RollingBlock): void {
    this.groups.grow(block.pool.groups);
    this.links.grow(block.pool.slots);
    this.slots = block.scratch.take(block.pool.length * 4 + 8);
    this.choose(block);
  }

  clear(): void {
    this.groups.clear();
  }

  snapshot(): Uint8Array {
    return joined([this.groups.save(), this.links.save()]);
  }

  restore(bytes: Uint8Array): void {
    const [groups, links] = parted(bytes, 2, 'rolling') as [Uint8Array, Uint8Array];
    this.groups.load(groups);
    this.links.load(links);
  }

  dispose(): void {
    this.groups.free();
    this.links.free();
  }

  protected abstract choose(block: RollingBlock): void;
}

/** The n-th row with a value, from 0; below it from the end. */
export class Nth extends Choice {
  readonly #column: KeyColumn;
  readonly #n: number;

  constructor(memory: Memory, owner: string, column: KeyColumn, n: number) {
    super(memory, owner, 4);
    this.#column = column;
    this.#n = n;
  }

  protected choose({ pool: { next, steps, length, total } }: RollingBlock): void {
    const { address } = this.groups;
    const room = rollingRoom(this.memory);
    room.picks(next, steps, length, total, this.#column.have, this.#n, address, this.links.address, this.slots);
  }
}

/** The row where `by` is greatest or least, of those that have a value in both columns; the earliest of several. */
export class Extreme extends Choice {
  readonly #by: KeyColumn;
  readonly #column: KeyColumn;
  readonly #flip: bigint;

  constructor(memory: Memory, owner: string, name: 'min' | 'max', by: KeyColumn, column = by) {
    super(memory, owner, 16);
    this.#by = by;
    this.#column = column;
    this.#flip = name === 'min' ? -1n : 0n;
  }

  protected choose({ pool: { prev, steps, length, total } }: RollingBlock): void {
    const [by, other, flip] = [this.#by, this.#column === this.#by ? 0 : this.#column.have, this.#flip];
    const [groups, links] = [this.groups.address, this.links.address];
    const { offsets, values } = by.keys.isText ? by.keys.dictionary : { offsets: 0, values: 0 };
    const kernel = rollingRoom(this.memory).extremes;
    kernel(prev, steps, length, total, by.values, by.have, other, offsets, values, flip, groups, links, this.slots);
  }
}

/** The oldest row of windows of rows that are full. */
export class Oldest extends Choice {
  constructor(memory: Memory, owner: string) {
    super(memory, owner, 1);
  }

  protected choose({ pool }: RollingBlock): void {
    const rows = 'rows' in pool.extent ? pool.extent.rows : 0;
    rollingRoom(this.memory).oldest(pool.steps, pool.length, rows, this.slots);
  }
}
