/** `1,234,567` */
export const countText = (count: number): string => Math.round(count).toLocaleString('en-US');

/** `1.23 GB`, decimal as disks and DuckDB count. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const place = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${place === 0 ? bytes : (bytes / 1000 ** place).toPrecision(3)} ${units[place]}`;
}

/** `5.24 M`, for speeds. */
export function rateText(perSecond: number): string {
  const [unit, size] = perSecond >= 1e6 ? [' M', 1e6] : perSecond >= 1e3 ? [' k', 1e3] : [' ', 1];
  return `${Number((perSecond / size).toPrecision(3))}${unit}`;
}

/** `850 ms`, `12.3 s`, `3 min 05 s`, `2 h 07 min`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor(seconds / 60) % 60)} min`;
}
