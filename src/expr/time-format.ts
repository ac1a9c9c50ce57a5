import { OptionError } from '../errors.ts';

const encoder = /* @__PURE__ */ new TextEncoder();

/** Steps as assembly/time/format.ts numbers them. */
const steps: readonly string[] = /* @__PURE__ */ Object.freeze(
  (
    'byte year month day hour hour12 minute second dayOfYear yearOfCentury week weekYear sundayWeek mondayWeek ' +
    'sundayDay mondayDay fraction half weekdayName monthName offset'
  ).split(' '),
);

/** A step with its detail, or other directives in a row. */
type Directive = readonly [step: string, detail: number] | string;

/** Python's. */
const directives: Readonly<Record<string, Directive>> = /* @__PURE__ */ Object.freeze<Record<string, Directive>>({
  Y: ['year', 4],
  m: ['month', 2],
  d: ['day', 2],
  H: ['hour', 2],
  I: ['hour12', 2],
  M: ['minute', 2],
  S: ['second', 2],
  f: ['fraction', 6],
  j: ['dayOfYear', 3],
  y: ['yearOfCentury', 2],
  V: ['week', 2],
  G: ['weekYear', 4],
  U: ['sundayWeek', 2],
  W: ['mondayWeek', 2],
  w: ['sundayDay', 1],
  u: ['mondayDay', 1],
  p: ['half', 2],
  a: ['weekdayName', 3],
  A: ['weekdayName', 15],
  b: ['monthName', 3],
  B: ['monthName', 15],
  z: ['offset', 5],
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  R: '%H:%M',
  D: '%m/%d/%y',
});

/**
 * A format of Python's strftime as pairs of bytes, step and detail, for the kernel; `%3f` is a fraction of three digits. `zoned`: there is
 * an offset to write, for `%z`.
 *
 * @throws OptionError for a directive that is not known
 */
export function programOf(format: string, zoned: boolean): Uint8Array {
  const program: number[] = [];
  const literal = (text: string): void => {
    for (const byte of encoder.encode(text)) program.push(0, byte);
  };
  let from = 0;
  for (const { 0: text, 1: digits, 2: letter, index } of format.matchAll(/%(\d?)([^\d]?)/g)) {
    literal(format.slice(from, index));
    from = index + text.length;
    if (text === '%%') {
      literal('%');
      continue;
    }
    const directive = Object.hasOwn(directives, letter!) ? directives[letter!] : undefined;
    if (directive === undefined || (digits !== '' && letter !== 'f')) {
      const known = Object.keys(directives).join(' %');
      throw new OptionError('format', `strftime: "${text}" in "${format}" says nothing; there are %${known} %3f %%`);
    }
    if (typeof directive === 'string') program.push(...programOf(directive, zoned));
    else if (letter !== 'z' || zoned) program.push(steps.indexOf(directive[0]), digits ? Number(digits) : directive[1]);
  }
  literal(format.slice(from));
  return Uint8Array.from(program);
}

/** The most bytes that a program writes: numbers may have more digits than they must, never more than eleven. */
export function widestText(program: Uint8Array): number {
  let bytes = 0;
  for (let at = 0; at < program.length; at += 2) bytes += program[at] === 0 ? 1 : Math.max(11, program[at + 1]!);
  return bytes;
}

/** Names of the days from Monday on, then of the months, 16 bytes apart: length, letters. */
export function names(): Uint8Array {
  const list =
    'Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November December';
  const bytes = new Uint8Array(19 * 16);
  for (const [at, name] of list.split(' ').entries()) {
    bytes[at * 16] = name.length;
    bytes.set(encoder.encode(name), at * 16 + 1);
  }
  return bytes;
}
