import { TICKS_PER_SECOND, type TimeUnit } from '../schema/data-type.ts';

const iso =
  /^([+-]?\d{4,6})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9})\d*)?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i;

/**
 * Nanoseconds since 1970-01-01T00:00Z of an ISO 8601 text, exact; undefined when it is none. Without a zone it is UTC,
 * as pandas takes it (and unlike `Date.parse`, which reads a time without a zone as local).
 */
export function nanosecondsOf(text: string): bigint | undefined {
  const parts = iso.exec(text.trim());
  if (!parts) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = parts;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const seconds =
    date.getTime() / 1000 + Number(hour) * 3600 + Number(minute) * 60 + Number(second) - zoneSeconds(zone);
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
}

function zoneSeconds(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(3).replace(':', '') || '0') * 60);
}

/** Nanoseconds as ticks, rounded down, and whether nothing was lost. */
export function ticksOf(nanoseconds: bigint, unit: TimeUnit | 'day'): { value: bigint; exact: boolean } {
  const per = unit === 'day' ? 86_400_000_000_000n : 1_000_000_000n / BigInt(TICKS_PER_SECOND[unit]);
  const rest = ((nanoseconds % per) + per) % per;
  return { value: (nanoseconds - rest) / per, exact: rest === 0n };
}
