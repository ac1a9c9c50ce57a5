// Plain twins of the kernels in assembly/window: what they mean, one row at a time.

type Time = bigint | number;

export const firstAbove = (times: readonly Time[], limit: Time): number => {
  const at = times.findIndex(time => time > limit);
  return at < 0 ? times.length : at;
};

export const sortedRows = (times: readonly Time[]): number => {
  for (let row = 0; row < times.length; row++) {
    if (!(times[row]! >= (row === 0 ? times[0]! : times[row - 1]!))) return row;
  }
  return times.length;
};

/** First row inside (time - range, time], for each row. */
export const timeBounds = (times: readonly Time[], range: Time): number[] =>
  times.map((time, row) =>
    Math.min(
      row,
      times.findIndex(old => (time as number) - (old as number) < range),
    ),
  );
