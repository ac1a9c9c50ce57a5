/**
 * What each row of a block does to the window of its group: who leaves, where the row goes. Made once for a block (assembly/rolling/rows.ts),
 * followed by every state of that window.
 *
 * Rows lie in slots. The slots of one group are a list, oldest first. A state that only merges is kept as two stacks: a suffix for each row
 * from the window's start up to the middle, and one running prefix behind it:
 *
 *      head ───────── middle ───────── slot
 *       │ suffix[head] │     prefix      │      answer = suffix[head] ⊕ prefix
 *
 * When the start reaches the middle, the rows behind it become the suffix ("flip"). So nothing is ever taken away, and each row is added
 * twice at most.
 */
@unmanaged
export class Step {
  /** Where the row lies; NONE: the row has no group, or there is no row, only a group whose rows leave. */
  slot: u32;
  /** NONE: nothing happens. */
  group: u32;
  /** The oldest row of the window, with this one in it. */
  head: u32;
  /** The first of the rows that leave, */
  old: u32;
  /** and how many do. */
  leaving: i32;
  /** -1, or how many rows before this one become the suffix; the prefix is empty then. */
  flip: i32;
  /** Rows of the window. */
  rows: i32;
  /** Whether the window starts in the suffix. */
  suffix: i32;
}

export const NONE: u32 = 0xffff_ffff;

// @ts-ignore: decorator
@inline
export function stepAt(steps: usize, i: i32): Step { return changetype<Step>(steps + <usize>i * offsetof<Step>()); }

/** u32 (or i32) at place `i`. */
// @ts-ignore: decorator
@inline
export function wordAt(array: usize, i: u32): u32 { return load<u32>(array + (<usize>i << 2)); }

// @ts-ignore: decorator
@inline
export function putWord(array: usize, i: u32, value: u32): void { store<u32>(array + (<usize>i << 2), value); }
