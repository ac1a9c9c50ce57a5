import { SchemaError } from '../errors.ts';
import {
  binary,
  bool,
  type DataType,
  date32,
  f64,
  i32,
  i64,
  type TimeUnit,
  timestamp,
  u64,
  utf8,
} from './data-type.ts';
import { field, Schema } from './schema.ts';

/**
 * What the values of one column have in common.
 *
 * ```
 * integers below 2^28                 i32          text of days        date32
 * larger ones                         i64, u64     text of instants    timestamp, in ms or what their digits need
 * any fraction or exponent            f64          true, false         bool
 * bytes                               binary       all else, a mix     utf8
 * ```
 * i32 needs values well below 2^31: the rows that were not seen may hold larger ones, and a column can't be widened later.
 */
export type Guess = 'none' | 'i32' | 'i64' | 'u64' | 'f64' | 'bool' | 'day' | 'ms' | 'us' | 'ns' | 'binary' | 'text';

const day = /^\d{4}([-/])\d\d\1\d\d$/;
const instant = /^\d{4}([-/])\d\d\1\d\d[ T]\d\d:\d\d(?::\d\d(?:\.(\d{1,9}))?)?(?: ?[zZ]| ?[+-]\d\d(?::?\d\d)?)?$/;
const integer = /^[+-]?\d+$/;
const float = /^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)$/;
const floatWord = /^[+-]?(?:nan|inf|infinity)$/i;
const numbers: readonly Guess[] = ['i32', 'i64', 'u64', 'f64'];
const instants: readonly Guess[] = ['day', 'ms', 'us', 'ns'];

const guessInteger = (value: bigint): Guess => {
  if (value < 2n ** 28n && value > -(2n ** 28n)) return 'i32';
  if (BigInt.asIntN(64, value) === value) return 'i64';
  return BigInt.asUintN(64, value) === value ? 'u64' : 'f64';
};

/** What a text that may be a date is. */
function guessInstant(text: string): Guess {
  if (day.test(text)) return isDay(text.slice(0, 10)) ? 'day' : 'text';
  const match = instant.exec(text);
  if (!match || !isDay(text.slice(0, 10)) || Number(text.slice(11, 13)) > 23) return 'text';
  const digits = match[2]?.length ?? 0;
  return digits <= 3 ? 'ms' : digits <= 6 ? 'us' : 'ns';
}

function isDay(text: string): boolean {
  const iso = text.replaceAll('/', '-');
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso);
}

/** What an unquoted CSV text is. */
export function guessText(text: string): Guess {
  const trimmed = text.trim();
  if (integer.test(trimmed)) return guessInteger(BigInt(trimmed.replace(/^\+/, '')));
  if (float.test(trimmed) || floatWord.test(trimmed)) return 'f64';
  if (/^(?:true|false)$/i.test(trimmed)) return 'bool';
  return guessInstant(trimmed);
}

/** What a JavaScript value is. */
function guessValue(value: unknown): Guess {
  switch (typeof value) {
    case 'number':
      // 1e20 and the like were no integers that JSON.parse could keep
      return Number.isSafeInteger(value) ? guessInteger(BigInt(value)) : 'f64';
    case 'bigint':
      return guessInteger(value);
    case 'boolean':
      return 'bool';
    case 'string':
      return guessInstant(value);
    default:
      if (value === null || value === undefined) return 'none';
      if (value instanceof Date) return 'ms';
      return value instanceof Uint8Array ? 'binary' : 'text';
  }
}

/** The narrowest guess that holds both. */
export function joinGuesses(a: Guess, b: Guess): Guess {
  if (a === b || b === 'none') return a;
  if (a === 'none') return b;
  for (const order of [numbers, instants]) {
    if (order.includes(a) && order.includes(b)) return order[Math.max(order.indexOf(a), order.indexOf(b))]!;
  }
  return 'text';
}

export function typeOfGuess(guess: Guess): DataType {
  switch (guess) {
    case 'i32':
      return i32();
    case 'i64':
      return i64();
    case 'u64':
      return u64();
    case 'f64':
      return f64();
    case 'bool':
      return bool();
    case 'day':
      return date32();
    case 'ms':
    case 'us':
    case 'ns':
      return timestamp(guess satisfies TimeUnit);
    case 'binary':
      return binary();
    default:
      return utf8();
  }
}

/**
 * The schema of row objects, columns in order of first appearance; a key that is missing or null says nothing.
 *
 * Integers are i32 when all of them are below 2^28 (which leaves later ones some room), else i64; numbers with a fraction are f64; text that is a date or time throughout
 * becomes date32 or timestamp; a mix becomes utf8, as does a column of nulls.
 *
 * @throws SchemaError when no row has a column
 */
export function inferSchema(rows: Iterable<object>): Schema {
  const guesses = new Map<string, Guess>();
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      guesses.set(name, joinGuesses(guesses.get(name) ?? 'none', guessValue(value)));
    }
  }
  if (guesses.size === 0) throw new SchemaError('inferSchema: no row has a column; give a schema');
  return new Schema(Array.from(guesses, ([name, guess]) => field(name, typeOfGuess(guess))));
}
