// Plain twins of the kernels in assembly/order.

/** The quantile of sorted numbers, as numpy finds it; null of none. */
export function quantile(sorted: readonly number[], q: number, interpolation = 'linear'): number | null {
  if (sorted.length === 0) return null;
  const place = q * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  const fraction = place - Math.floor(place);
  if (interpolation === 'lower') return low;
  if (interpolation === 'higher') return high;
  if (interpolation === 'nearest') {
    const even = Math.floor(place) % 2 === 0 ? low : high;
    return fraction < 0.5 ? low : fraction > 0.5 ? high : even;
  }
  if (low === high || fraction === 0) return low;
  const share = interpolation === 'midpoint' ? 0.5 : fraction;
  return low * (1 - share) + high * share;
}

/** The most frequent value, the least of several by `compare`. */
export function mode<T>(values: readonly T[], compare: (a: T, b: T) => number): T | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || compare(a[0], b[0]))[0]?.[0];
}
