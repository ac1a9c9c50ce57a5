import type { RowStore } from '../../window/windower.ts';

/** Columns of a source that are kept as they are: the importer brings them where they stay. */
export class Landing {
  readonly #store: RowStore;
  readonly #columns: ReadonlyMap<string, number>;

  /** @param columns numbers of the store's columns by the names of the source's */
  constructor(store: RowStore, columns: ReadonlyMap<string, number>) {
    this.#store = store;
    this.#columns = columns;
  }

  /** The number of a column here; -1 when it is not kept. */
  columnOf(name: string): number {
    return this.#columns.get(name) ?? -1;
  }

  /** How many of the next `rows` rows have room; at least one. */
  room(rows: number): number {
    return this.#store.room(rows);
  }

  /** Address of the next value of a column. */
  tail(column: number): number {
    return this.#store.tail(column);
  }
}
