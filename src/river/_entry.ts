/** An entry of a Redis Stream as the client gives it: id, then names and values in turn. */
export type Entry = readonly [id: Buffer, fields: readonly Buffer[]];

const names = /* @__PURE__ */ new Map<string, Uint8Array>();

/** The first value of that name, or null. Names are compared as bytes: values may be anything. */
export function fieldOf([, fields]: Entry, name: string): Buffer | null {
  let wanted = names.get(name);
  if (!wanted) names.set(name, (wanted = new TextEncoder().encode(name)));
  const { length } = wanted;
  next: for (let i = 0; i + 1 < fields.length; i += 2) {
    const found = fields[i]!;
    if (found.length !== length) continue;
    for (let at = 0; at < length; at++) if (found[at] !== wanted[at]) continue next;
    return fields[i + 1]!;
  }
  return null;
}

/** `fieldOf(entry, 'val')`, at once where it comes first, as River writes it: once a sample. */
export function sampleValue(entry: Entry): Buffer | null {
  const name = entry[1][0];
  if (name?.length === 3 && name[0] === 0x76 && name[1] === 0x61 && name[2] === 0x6c) return entry[1][1] ?? null;
  return fieldOf(entry, 'val');
}

export const textOf = (value: Buffer): string => value.toString('latin1');

export const idOf = (entry: Entry): string => textOf(entry[0]);

/** A value that is a decimal number, or null. */
export function numberOf(value: Buffer | null): number | null {
  const text = value && textOf(value);
  return text && /^-?\d+$/.test(text) ? Number(text) : null;
}

/** The smallest id behind `id`; `''` stands before all. */
export function nextId(id: string): string {
  if (id === '') return '0-0';
  const [ms, n = '0'] = id.split('-') as [string, string?];
  if (n === '18446744073709551615') return `${BigInt(ms) + 1n}-0`;
  return `${ms}-${n.length < 16 ? Number(n) + 1 : BigInt(n) + 1n}`;
}

/** Milliseconds since the epoch at which Redis took the entry. */
export function millisecondsOf(id: Buffer): number {
  let ms = 0;
  for (let at = 0; at < id.length && id[at] !== 0x2d; at++) ms = ms * 10 + id[at]! - 48;
  return ms;
}
