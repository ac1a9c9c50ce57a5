import { isNumeric } from '../schema/data-type.ts';
import type { Schema } from '../schema/schema.ts';
import type { Batch } from './batch.ts';
import { cellText, decimalsOf, displayWidth, fitted } from './cell-text.ts';

export interface TableOptions {
  /** Columns of the terminal; wider tables are cut. Default: no limit. */
  readonly width?: number;
  /** Rows that are seen before the widths are settled; default 1000. */
  readonly lookahead?: number;
  /** Only the last `tail` rows are shown. */
  readonly tail?: number;
}

const gap = '  ';
const leastWidth = 8;

/**
 * Rows as aligned lines: numbers to the right, everything else to the left.
 *
 * Widths are settled by the first `lookahead` rows, so that a table of any length takes no memory; a longer cell further
 * down pushes its row to the right. Text that would leave the terminal is cut.
 */
export class Table {
  readonly #schema: Schema;
  readonly #options: TableOptions;
  #waiting: unknown[][] = [];
  #widths: number[] | null = null;
  #decimals: number[] = [];

  constructor(schema: Schema, options: TableOptions = {}) {
    this.#schema = schema;
    this.#options = options;
  }

  /** Rows in; the lines that are settled come out. */
  add(batch: Batch): string {
    const columns = batch.vectors.map(vector => vector.toArray());
    const { tail, lookahead = 1000 } = this.#options;
    const first = tail === undefined ? 0 : Math.max(0, batch.length - tail);
    for (let row = first; row < batch.length; row++) this.addRow(columns.map(column => column[row]));
    if (tail !== undefined) {
      this.#waiting.splice(0, this.#waiting.length - tail);
      return '';
    }
    return this.#widths || this.#waiting.length >= lookahead ? this.flush() : '';
  }

  /** One row in, which waits for `flush`. */
  addRow(cells: unknown[]): void {
    this.#waiting.push(cells);
  }

  /** The lines of all rows that wait, under a header if there was none. */
  flush(): string {
    const rows = this.#waiting;
    this.#waiting = [];
    const { fields } = this.#schema;
    let head = '';
    if (!this.#widths) {
      this.#decimals = fields.map((_, i) => decimalsOf(rows.map(row => row[i])));
      this.#widths = this.#settle(rows);
      head = this.#line(fields.map(({ name }) => name));
      head += `${this.#widths.map(width => '─'.repeat(width)).join(gap)}\n`;
    }
    return head + rows.map(row => this.#line(this.#texts(row))).join('');
  }

  #texts(row: unknown[]): string[] {
    return this.#schema.fields.map(({ type }, i) => cellText(row[i], type, this.#decimals[i]!));
  }

  #settle(rows: unknown[][]): number[] {
    const widths = this.#schema.fields.map(({ name }) => displayWidth(name));
    for (const row of rows) {
      for (const [i, text] of this.#texts(row).entries()) widths[i] = Math.max(widths[i]!, displayWidth(text));
    }
    return narrowed(widths, this.#options.width, i => !isNumeric(this.#schema.fields[i]!.type));
  }

  #line(texts: string[]): string {
    const limited = this.#options.width !== undefined;
    const cells = texts.map((text, i) => {
      const width = this.#widths![i]!;
      const shown = limited ? fitted(text, width) : text;
      const pad = ' '.repeat(Math.max(0, width - displayWidth(shown)));
      return isNumeric(this.#schema.fields[i]!.type) ? pad + shown : shown + pad;
    });
    const line = cells.join(gap).trimEnd();
    return `${limited ? fitted(line, this.#options.width!) : line}\n`;
  }
}

/** The widths, with the widest of those that `may` shrink made narrower until all fit into `limit`. */
function narrowed(widths: number[], limit: number | undefined, may: (column: number) => boolean): number[] {
  if (limit === undefined) return widths;
  const result = [...widths];
  const total = (): number => result.reduce((sum, width) => sum + width, 0) + gap.length * (result.length - 1);
  for (let over = total() - limit; over > 0; over--) {
    const widest = result.reduce(
      (best, width, i) => (may(i) && width > leastWidth && (best < 0 || width > result[best]!) ? i : best),
      -1,
    );
    if (widest < 0) break;
    result[widest]!--;
  }
  return result;
}

/** The first and the last rows of a batch under their names, for people. */
export function tableText({ schema, vectors, length }: Batch, { width = 120, most = 10 } = {}): string {
  const table = new Table(schema, { width });
  const [head, tail] = length <= most ? [length, length] : [Math.ceil(most / 2), length - Math.floor(most / 2)];
  for (let row = 0; row < length; row = row + 1 === head ? tail : row + 1)
    table.addRow(vectors.map(vector => vector.get(row)));
  const lines = table.flush().trimEnd().split('\n');
  if (head < length) lines.splice(2 + head, 0, `… ${tail - head} more`);
  return lines.join('\n');
}
