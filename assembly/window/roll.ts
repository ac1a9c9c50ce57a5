// One answer for every row: that of the window which ends with it.
//
// Values lie on a tape: f64, oldest first, those of the batch in hand last. A window is cut in two at `middle`: what came before
// is a suffix that ends there (kept for each place it may start), what came after is one running prefix.
//
//      base ────────── middle ────────── row
//       │ suffix[start] │    prefix      │      answer = suffix[start] ⊕ prefix
//           └ start of the window
//
// Nothing is ever subtracted, so what left the window leaves no trace, and every row is taken in twice at most. When the start reaches
// the middle, the whole window becomes the suffix ("flip").
//
// Where all windows are full and no row in them is missing, whole blocks of `rows` rows go by themselves, and what is left of the batch two rows at a time;
// else rows go one by one.

@unmanaged
export class Roll {
  middle: i32;
  base: i32;
  count: i32; // rows with a value in the prefix
  last: i32; // `first`: where to look on; `last`: the last row with a value, or -1
  sum: f64; // of the prefix: sum and its error, or sums of differences to `anchor`, or extreme
  error: f64;
  anchor: f64;
  heldFrom: i32; // `counts`: start of the window of the row before, and its rows with a value
  held: i32;
  suffixAnchor: f64;
  suffix0: usize; // f64[capacity] each
  suffix1: usize;
  suffix2: usize;
  next0: usize; // what blocks need: the suffix of the next block; 0: no room, go row by row
  next1: usize;
}

// @ts-ignore: decorator
@inline
export function at(array: usize, i: i32): usize { return array + (<usize>i << 3); }

// @ts-ignore: decorator
@inline
export function startOf(row: i32, rows: i32, spans: usize, from: i32): i32 {
  return max(0, row + 1 - (spans != 0 ? load<i32>(spans + (<usize>(row - from) << 2)) : rows));
}

/** How many pairs of rows from `row` on have full windows that begin before the middle. */
// @ts-ignore: decorator
@inline
export function fullPairs(row: i32, to: i32, middle: i32, rows: i32, spans: usize): i32 {
  return spans == 0 && row + 1 >= rows ? (min(to, middle + rows - 1) - row) >> 1 : 0;
}
