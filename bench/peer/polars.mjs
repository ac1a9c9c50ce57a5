import { peer } from './load.mjs';

export async function polars() {
  const { default: pl } = await peer('nodejs-polars');
  return pl;
}

/** A frame over typed arrays; with `words`, column `k` holds codes of these texts and becomes a column of `type`. */
export async function polarsFrame(given, { words = null, type = null } = {}) {
  const pl = await polars();
  const frame = pl.DataFrame(
    Object.fromEntries(Object.entries(given).map(([name, values]) => [name, pl.Series(name, values)])),
  );
  if (!words) return { pl, frame };
  const table = pl.DataFrame({ k: pl.Series('k', Int32Array.from(words.keys())), name: words });
  const named = frame.join(table, { on: 'k', how: 'inner' }).drop('k').rename({ name: 'k' });
  return { pl, frame: type ? named.withColumn(pl.col('k').cast(pl[type])) : named };
}

/** A numeric column as a typed array. */
export const typed = (frame, name) => frame.getColumn(name).toTypedArray();
