/**
 * Cuts rows into slices [start, start + size), start ≡ offset (mod size), and drops those that come too late. A tumbling window is
 * one slice; a sliding window is several, one after another.
 *
 * ```
 * stats   0  i64  highest time so far (in and out); i64.MIN_VALUE before the first row
 *         8  i32  rows kept        12  i32  late rows
 *        16  i32  null times       20  i32  1 when the kept rows' slices never go back
 *        24  i32  the row it stopped at: `from + length` when all are done
 *        32  i64  windows that ended at or before this have been closed (in)
 * ```
 * The watermark before a row is (highest time of earlier rows) − delay: it moves row by row, so it makes no difference where
 * batches are cut. A row is late when the last window over its slice ended at or before the watermark: windows start ≡ offset (mod
 * step, or the slice itself when step is 0) and reach `reach` far; a slice that no window covers is left out silently.
 * With a `step` above 0 (sliding), it stops before a row in whose slice's earliest window (ends ≡ offset + reach, mod
 * step) the watermark lies: the caller closes what is due and comes again, so that a closed window never sees the row.
 */
export function assign(times: usize, validity: usize, from: i32, length: i32, size: i64, offset: i64, delay: i64, reach: i64, step: i64, rows: usize, runs: usize, stats: usize): i32 {
  let highest = load<i64>(stats), kept = rows, late = 0, nulls = 0, ordered = 1, run = runs;
  const closed = load<i64>(stats, 32);
  let start = i64.MIN_VALUE, end = i64.MIN_VALUE, firstEnd = i64.MAX_VALUE, lastEnd = i64.MIN_VALUE, open = false, lastStart = i64.MIN_VALUE;
  const to = from + length;
  let i = from;
  for (; i < to; i++) {
    if (validity != 0 && !(load<u8>(validity + <usize>(i >> 3)) >> <u8>(i & 7) & 1)) { nulls++; continue; }
    const time = load<i64>(times + (<usize>i << 3));
    if (time < start || time >= end) {
      if (open) { store<i64>(run, start); store<i32>(run, <i32>((kept - rows) >> 2), 8); run += 16; open = false; }
      start = floorTo(time, size, offset);
      end = start + size;
      lastEnd = start + reach;
      if (step > 0) {
        lastEnd = floorTo(start, step, offset) + reach;
        const at = floorTo(end, step, offset + reach); firstEnd = at < end ? at + step : at;
      }
    }
    if (lastEnd <= start) { if (time > highest) highest = time; continue; }
    if (highest != i64.MIN_VALUE) {
      const watermark = highest - delay;
      if (lastEnd <= watermark) { late++; continue; }
      if (firstEnd <= watermark && closed < watermark) break;
    }
    if (!open) { open = true; if (start < lastStart) ordered = 0; lastStart = start; }
    store<u32>(kept, i);
    kept += 4;
    if (time > highest) highest = time;
  }
  if (open) { store<i64>(run, start); store<i32>(run, <i32>((kept - rows) >> 2), 8); run += 16; }
  store<i64>(stats, highest);
  store<i32>(stats, <i32>((kept - rows) >> 2), 8);
  store<i32>(stats, late, 12);
  store<i32>(stats, nulls, 16);
  store<i32>(stats, ordered, 20);
  store<i32>(stats, i, 24);
  return <i32>((run - runs) >> 4);
}

/** The largest value ≤ `time` that is ≡ offset (mod size). */
// @ts-ignore: decorator
@inline
function floorTo(time: i64, size: i64, offset: i64): i64 {
  const past = (time - offset) % size;
  return time - (past < 0 ? past + size : past);
}
