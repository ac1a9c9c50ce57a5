import { type DataType, TICKS_PER_SECOND, type Timestamp } from '../schema/data-type.ts';

/**
 * An instant as ISO 8601, without zeros that say nothing: `2001-01-31T00:00:00Z`, `…:06.25Z`, or with the offset of the
 * type's time zone.
 */
export function timeText(value: Date | bigint, { unit, timezone }: Timestamp): string {
  const ticks = BigInt(TICKS_PER_SECOND[unit]);
  const all = typeof value === 'bigint' ? value : (BigInt(value.getTime()) * ticks) / 1000n;
  const fraction = ((all % ticks) + ticks) % ticks;
  const seconds = Number((all - fraction) / ticks);
  const instant = new Date(seconds * 1000);
  if (Number.isNaN(instant.getTime())) return `${all} ${unit}`;
  const digits =
    fraction === 0n
      ? ''
      : `.${String(fraction)
          .padStart(String(ticks).length - 1, '0')
          .replace(/0+$/, '')}`;
  const shift = timezone === null ? 0 : offsetMinutes(instant, timezone);
  const local = new Date(instant.getTime() + shift * 60_000).toISOString().replace(/\.000Z$/, '');
  return `${local}${digits}${offsetText(shift)}`;
}

function offsetText(minutes: number): string {
  if (minutes === 0) return 'Z';
  const two = (value: number): string => String(value).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** Minutes that clocks in `timezone` are ahead of UTC; 0 for a zone that the host does not know. */
function offsetMinutes(instant: Date, timezone: string): number {
  try {
    const parts = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' }).formatToParts(
      instant,
    );
    const name = parts.find(part => part.type === 'timeZoneName')?.value ?? '';
    const [, sign, hours, minutes = '0'] = /GMT([+-])(\d+):?(\d+)?/.exec(name) ?? [];
    return hours === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  } catch {
    return 0;
  }
}

/** A cell for people; `decimals` is what `decimalsOf` said for its column. Nulls are empty. */
export function cellText(value: unknown, type: DataType, decimals: number): string {
  if (value === null || value === undefined) return '';
  switch (type.kind) {
    case 'float32':
    case 'float64':
      return floatText(value as number, decimals);
    case 'timestamp':
      return timeText(value as Date | bigint, type);
    case 'date32':
      return (value as Date).toISOString().slice(0, -14);
    case 'binary':
      return Array.from(value as Uint8Array, byte => byte.toString(16).padStart(2, '0')).join('');
    default:
      return escaped(String(value));
  }
}

const mostDecimals = 4;
const isPlain = (value: number): boolean => value === 0 || (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e15);

/** How many digits a column of floats shows behind the point: as many as one of them needs, at most four. */
export function decimalsOf(values: Iterable<unknown>): number {
  let most = 0;
  for (const value of values) {
    if (typeof value !== 'number' || !Number.isFinite(value) || !isPlain(value)) continue;
    while (most < mostDecimals && Number(value.toFixed(most)) !== value) most++;
    if (most === mostDecimals) break;
  }
  return most;
}

function floatText(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return String(value);
  return isPlain(value) ? value.toFixed(decimals) : value.toExponential(mostDecimals);
}

const short: Readonly<Record<string, string>> = /* @__PURE__ */ Object.freeze({
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
});

// One row is one line, and data must not steer a terminal.
const escaped = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, char => short[char] ?? `\\u{${char.codePointAt(0)!.toString(16)}}`);

const wide =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}|[\uff01-\uff60]/u;
const plainText = /^[\x20-\x7e]*$/;

/** Columns of a terminal that `text` takes. */
export function displayWidth(text: string): number {
  if (plainText.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += /\p{M}/u.test(char) ? 0 : wide.test(char) ? 2 : 1;
  return width;
}

/** The beginning of `text` that fits into `width` columns, with `…` where something is missing. */
export function fitted(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let cut = '';
  let used = 1;
  for (const char of text) {
    used += displayWidth(char);
    if (used > width) break;
    cut += char;
  }
  return `${cut}…`;
}
