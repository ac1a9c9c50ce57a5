// The plain twin of KeyTable: groups in a Map, keyed by text.
import { noGroup } from '../../src/aggregate/accumulator.ts';

const textOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (value instanceof Uint8Array) return `bytes ${value.join()}`;
  return `${typeof value} ${value === 0 ? 0 : value}`;
};

export class PlainKeys {
  readonly keys: (readonly unknown[])[] = [];
  readonly #ids = new Map<string, number>();
  readonly #dropNull: boolean;

  constructor(dropNull: boolean) {
    this.#dropNull = dropNull;
  }

  id(row: readonly unknown[]): number {
    if (this.#dropNull && row.includes(null)) return noGroup;
    const text = JSON.stringify(row.map(textOf));
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.keys.length;
      this.#ids.set(text, id);
      this.keys.push(row);
    }
    return id;
  }
}

/** Ascending order of cells: NaN after numbers, null after all, text and bytes by code point. */
export function compareCells(a: unknown, b: unknown): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array);
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

export function compareKeys(a: readonly unknown[], b: readonly unknown[]): number {
  for (const [i, cell] of a.entries()) {
    const order = compareCells(cell, b[i]);
    if (order !== 0) return order;
  }
  return 0;
}
