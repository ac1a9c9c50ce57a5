/** Time cut into cells, one after another, numbered; all in index ticks. Windows begin and end where cells do. */
export interface Grid {
  /** The number of the cell that holds a time. */
  cellOf(time: bigint): bigint;
  /** Where a cell starts, and the one before it ends. */
  start(cell: bigint): bigint;
}

/** Cells of one width: cell 0 starts at `offset`. */
export const evenGrid = (width: bigint, offset: bigint): Grid => ({
  cellOf: time => floorDiv(time - offset, width),
  start: cell => offset + cell * width,
});

/** The greatest whole number ≤ a / b, for b > 0. */
export function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a < 0n && quotient * b !== a ? quotient - 1n : quotient;
}
