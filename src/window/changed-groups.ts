import { paneRoom } from '../kernel/pane.ts';
import type { Memory } from '../memory/memory.ts';

/** The groups that a batch changed, each once, in the order of their first change: what `emit: 'changed'` shows. */
export class ChangedGroups {
  readonly #memory: Memory;
  readonly #owner: string;
  #marks = 0;
  #list = 0;
  #capacity = 0;
  #count = 0;

  constructor(memory: Memory, owner: string) {
    this.#memory = memory;
    this.#owner = owner;
  }

  get count(): number {
    return this.#count;
  }

  /** Address of the u32 ids. */
  get ids(): number {
    return this.#list;
  }

  /** Notes the `length` ids at `ids`, all below `groups`. */
  add(ids: number, length: number, groups: number): void {
    this.#reserve(groups);
    this.#count = paneRoom(this.#memory).touch(ids, length, this.#marks, this.#list, this.#count);
  }

  clear(): void {
    if (this.#count > 0) paneRoom(this.#memory).untouch(this.#list, this.#count, this.#marks);
    this.#count = 0;
  }

  dispose(): void {
    this.#memory.free(this.#marks);
    this.#memory.free(this.#list);
    this.#marks = this.#list = this.#capacity = this.#count = 0;
  }

  #reserve(groups: number): void {
    if (groups <= this.#capacity) return;
    const capacity = Math.max(groups, this.#capacity * 2, 1024);
    const marks = this.#memory.allocateZeroed(capacity, this.#owner);
    this.#memory.bulk.copy(marks, this.#marks, this.#capacity);
    this.#memory.free(this.#marks);
    this.#marks = marks;
    this.#list = this.#memory.reallocate(this.#list, this.#count * 4, capacity * 4, this.#owner);
    this.#capacity = capacity;
  }
}
