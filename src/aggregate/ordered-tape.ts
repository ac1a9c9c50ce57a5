import { orderRoom } from '../kernel/order.ts';
import type { OrderRoom } from '../kernel/wasm/order.ts';
import type { Memory } from '../memory/memory.ts';
import { Block } from './_block.ts';

// Tree in assembly/order/tree.ts, in u32 places
const NODES = 0;
const CAPACITY = 1;
const USED = 2;
const words = 8;
const headerBytes = 256;

/** The rows of one window of a tape in a tree, for quantiles at O(log w) a row whatever the length of a batch. */
export class OrderedTape {
  readonly #memory: Memory;
  readonly #room: OrderRoom;
  readonly #header: Block;
  readonly #nodes: Block;
  readonly #nodeBytes: number;
  /** The tree holds the window of the last row. */
  #ready = false;

  constructor(memory: Memory, owner: string) {
    this.#memory = memory;
    this.#room = orderRoom(memory);
    this.#header = new Block(memory, owner);
    this.#nodes = new Block(memory, owner);
    this.#nodeBytes = this.#room.treeNodeBytes.value as number;
    this.#header.growZeroed(0, headerBytes);
    this.forget();
  }

  get stateBytes(): number {
    return this.#header.bytes + this.#nodes.bytes;
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
    if (this.#memory.u32[this.#header.address / 4 + USED] === 1) return;
    this.#memory.u32.fill(0, this.#header.address / 4 + USED, this.#header.address / 4 + words);
    this.#memory.u32[this.#header.address / 4 + USED] = 1; // number 0 means "none"
    this.#ready = false;
  }

  dispose(): void {
    this.#header.free();
    this.#nodes.free();
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
    const tree = this.#header.address;
    for (let row = from; row < to; ) {
      const own = spans === 0 ? 0 : spans + (row - from) * 4;
      const before = row === from ? span : spans === 0 ? Math.min(rows, row) : this.#memory.i32[own / 4 - 1]!;
      const to8 = out === 0 ? 0 : out + (row - from) * 8;
      row = this.#room.treeRoll(tree, tape, row, to, row - before, rows, own, q, mode, to8);
      if (row < to) this.#grow();
    }
  }

  #grow(): void {
    const { u32 } = this.#memory;
    const used = u32[this.#header.address / 4 + USED]!;
    const address = this.#nodes.grow(used * this.#nodeBytes, (used + (used >> 1) + 8) * this.#nodeBytes);
    this.#memory.u32[this.#header.address / 4 + NODES] = address;
    this.#memory.u32[this.#header.address / 4 + CAPACITY] = Math.floor(this.#nodes.bytes / this.#nodeBytes);
  }
}
