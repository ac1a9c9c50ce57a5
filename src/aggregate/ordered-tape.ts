import { orderRoom } from '../kernel/order.ts';
import type { OrderRoom } from '../kernel/wasm/order.ts';
import type { Memory } from '../memory/memory.ts';
import { GroupTree } from './group-tree.ts';

/** The rows of one window of a tape in a tree, for quantiles at O(log w) a row whatever the length of a batch. */
export class OrderedTape {
  readonly #memory: Memory;
  readonly #room: OrderRoom;
  readonly #tree: GroupTree;
  /** The tree holds the window of the last row. */
  #ready = false;

  constructor(memory: Memory, owner: string) {
    this.#memory = memory;
    this.#room = orderRoom(memory);
    this.#tree = new GroupTree(memory, owner);
  }

  get stateBytes(): number {
    return this.#tree.stateBytes;
  }

  /** Answers for rows [from, to), the window of the row before them having `span` rows; see `rollingQuantiles` in assembly/order. */
  quantiles(
    tape: number,
    from: number,
    to: number,
    span: number,
    rows: number,
    spans: number,
    q: number,
    mode: number,
    out: number,
  ): void {
    if (!this.#ready) this.#roll(tape, from - span, from, span, 0, 0, q, mode, 0);
    this.#ready = true;
    this.#roll(tape, from, to, span, rows, spans, q, mode, out);
  }

  /** What follows is another window. */
  forget(): void {
    this.#ready = false;
    if (!this.#tree.isNew) this.#tree.clear();
  }

  dispose(): void {
    this.#tree.dispose();
  }

  #roll(
    tape: number,
    from: number,
    to: number,
    span: number,
    rows: number,
    spans: number,
    q: number,
    mode: number,
    out: number,
  ): void {
    for (let row = from; row < to; ) {
      const own = spans === 0 ? 0 : spans + (row - from) * 4;
      const before = row === from ? span : spans === 0 ? Math.min(rows, row) : this.#memory.i32[own / 4 - 1]!;
      const to8 = out === 0 ? 0 : out + (row - from) * 8;
      row = this.#room.treeRoll(this.#tree.address, tape, row, to, row - before, rows, own, q, mode, to8);
      if (row < to) this.#tree.grow();
    }
  }
}
