import type { Columns } from '../schema/schema.ts';
import type { WindowScheme } from '../window/window.ts';
import type { DataFrameBase } from './data-frame.ts';
import { GroupBy, type Keys } from './group-by.ts';
import { keysOf } from './input.ts';

/** A frame's rows in a window: aggregate them as they are, or by group. */
export class Window<C extends Columns, B = Record<never, never>> extends GroupBy<C, readonly [], B> {
  readonly #frame: DataFrameBase<C>;
  readonly #scheme: WindowScheme;

  constructor(frame: DataFrameBase<C>, scheme: WindowScheme) {
    super(frame, [], scheme);
    this.#frame = frame;
    this.#scheme = scheme;
  }

  /** Rows of the window by key. */
  groupby<const K extends Keys<C>>(keys: K): GroupBy<C, K, B> {
    return new GroupBy<C, K, B>(this.#frame, keysOf(keys, this.#frame), this.#scheme);
  }
}
