import { OptionError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import type { CsvOptions } from './csv.ts';

/** Options with their defaults, characters as bytes. */
export interface CsvDialect {
  readonly delimiter: number;
  /** 0: none. */
  readonly quote: number;
  /** 0: none. */
  readonly comment: number;
  readonly header: boolean | readonly string[];
  readonly nulls: readonly string[];
}

const utf8Bytes = /* @__PURE__ */ new TextEncoder();
/** Room for a null text in the kernels' table. */
const nullBytes = 60;

/** @throws OptionError for a delimiter, quote, comment or null text that can't be one */
export function dialectOf({
  delimiter = ',',
  quote = '"',
  comment,
  header = true,
  nulls = [''],
}: CsvOptions): CsvDialect {
  const dialect = {
    delimiter: byteOf('delimiter', delimiter),
    quote: quote === null ? 0 : byteOf('quote', quote),
    comment: comment === undefined ? 0 : byteOf('comment', comment),
    header,
    nulls,
  };
  if (dialect.delimiter === dialect.quote || dialect.delimiter === dialect.comment) {
    throw new OptionError(
      'delimiter',
      `csv: ${JSON.stringify(delimiter)} is the delimiter and the quote or comment too`,
    );
  }
  for (const text of nulls) {
    if (utf8Bytes.encode(text).length <= nullBytes) continue;
    throw new OptionError('nulls', `csv: the null text "${text.slice(0, 20)}…" is longer than ${nullBytes} bytes`);
  }
  return dialect;
}

function byteOf(option: string, text: string): number {
  const code = text.charCodeAt(0);
  const fits = text.length === 1 && code < 128 && code !== 0 && !/[\w.+\-\r\n]/.test(text.replace('_', ''));
  if (fits) return code;
  throw new OptionError(
    option,
    `csv: ${option} is ${JSON.stringify(text)}; give one ASCII character that is no letter, digit, sign or newline`,
  );
}

/** Writes null texts as the kernels read them: 64 bytes each, the length first. */
export function writeNulls(memory: Memory, address: number, nulls: readonly string[]): void {
  for (const [i, text] of nulls.entries()) {
    const bytes = utf8Bytes.encode(text);
    memory.i32[(address >>> 2) + i * 16] = bytes.length;
    memory.u8.set(bytes, address + i * 64 + 4);
  }
}

/** Whether some null text could be the text of a number, bool, or time. */
export const looksLikeValue = (nulls: readonly string[]): boolean =>
  nulls.some(text => /^\s*(?:[\d+\-.]|nan|inf|[tf])/i.test(text));
