/** How far time has come, as far as the rows tell it. */
@unmanaged
export class Watermark {
  /** The highest time of the input whose rows come now; i64.MIN_VALUE before its first. */
  highest: i64;
  /** The least of the highest times of all other inputs that count; i64.MAX_VALUE when there is none. */
  cap: i64;
  /** What was said beside the rows; i64.MIN_VALUE when nothing was. */
  given: i64;
  /** How much later than a newer row a row may come. */
  delay: i64;
}

/** No rows before this are expected any more. */
// @ts-ignore: decorator
@inline
export function watermarkOf(mark: Watermark, highest: i64): i64 {
  const least = min(highest, mark.cap);
  return least == i64.MIN_VALUE ? mark.given : max(least - mark.delay, mark.given);
}
