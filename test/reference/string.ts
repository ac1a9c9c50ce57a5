// Plain twins of the kernels of texts.

/** Part n of what `separator` cuts the text into; null when there are too few. */
export const splitPart = (text: string, separator: string, n: number): string | null =>
  text.split(separator).at(n) ?? null;

export const occurrences = (text: string, what: string): number => text.split(what).length - 1;

/** In code points. */
export function find(text: string, what: string): number {
  const at = text.indexOf(what);
  return at < 0 ? -1 : [...text.slice(0, at)].length;
}

export function pad(text: string, width: number, fill: string, side: 'start' | 'end' | 'zeros'): string {
  const missing = fill.repeat(Math.max(0, width - [...text].length));
  if (side === 'end') return text + missing;
  const sign = side === 'zeros' ? (/^[+-]/.exec(text)?.[0] ?? '') : '';
  return sign + missing + text.slice(sign.length);
}
