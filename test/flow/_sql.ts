/** One aggregation as millrace and as DuckDB write it. */
interface Pair {
  readonly ours: string;
  readonly sql: string;
}

const inOrder = 'order by rn';

/** Whether `delay` (and the other column where both are there) has more than one value. */
function varies(other: string): string {
  const both = `filter (delay is not null and ${other} is not null)`;
  return `count(distinct delay) > 1 and count(distinct ${other}) ${both} > 1`;
}

/** Moments as pandas has them: null below `least` values, 0 where all are the same. */
function moment(call: string, least: number): string {
  return `case when count(delay) < ${least} then null when count(distinct delay) = 1 then 0 else ${call} end`;
}

/** Every aggregation that the command knows, over integers, floats, text, times and bools; names are the result columns. */
export const aggregations: Readonly<Record<string, Pair>> = {
  n: { ours: 'count()', sql: 'count(*)' },
  n_delay: { ours: 'count(delay)', sql: 'count(delay)' },
  n_dest: { ours: 'count(destination)', sql: 'count(destination)' },
  total: { ours: 'sum(delay)', sql: 'coalesce(sum(delay), 0)' },
  total_ratio: { ours: 'sum(ratio)', sql: 'coalesce(fsum(ratio), 0)' },
  avg: { ours: 'mean(delay)', sql: 'avg(delay)' },
  avg_ratio: { ours: 'mean(ratio)', sql: 'favg(ratio)' },
  least: { ours: 'min(delay)', sql: 'min(delay)' },
  most: { ours: 'max(delay)', sql: 'max(delay)' },
  least_ratio: { ours: 'min(ratio)', sql: 'min(ratio)' },
  most_ratio: { ours: 'max(ratio)', sql: 'max(ratio)' },
  earliest: { ours: 'min(date)', sql: 'min(date)' },
  latest: { ours: 'max(date)', sql: 'max(date)' },
  low_dest: { ours: 'min(destination)', sql: 'min(destination)' },
  high_dest: { ours: 'max(destination)', sql: 'max(destination)' },
  variance: { ours: 'var(delay)', sql: 'var_samp(delay)' },
  deviation: { ours: 'std(ratio)', sql: 'stddev_samp(ratio)' },
  error: { ours: 'sem(delay)', sql: 'stddev_samp(delay) / sqrt(count(delay))' },
  lean: { ours: 'skew(delay)', sql: moment('skewness(delay)', 3) },
  tails: { ours: 'kurt(delay)', sql: moment('kurtosis(delay)', 4) },
  together: { ours: 'cov(delay, distance)', sql: 'covar_samp(delay, distance)' },
  related: { ours: 'corr(delay, distance)', sql: `case when ${varies('distance')} then corr(delay, distance) end` },
  growth: { ours: 'prod(1 + ratio * 0.001)', sql: 'coalesce(product(1 + ratio * 0.001), 1)' },
  luckiest: { ours: 'argmin(date, delay)', sql: 'first(date order by delay, rn) filter (delay is not null)' },
  unluckiest: { ours: 'argmax(date, delay)', sql: 'first(date order by delay desc, rn) filter (delay is not null)' },
  one: { ours: 'first(delay)', sql: `first(delay ${inOrder}) filter (delay is not null)` },
  other: { ours: 'last(delay)', sql: `last(delay ${inOrder}) filter (delay is not null)` },
  one_dest: { ours: 'first(destination)', sql: `first(destination ${inOrder})` },
  middle: { ours: 'median(delay)', sql: 'median(delay)' },
  ninth: { ours: 'quantile(delay, 0.9)', sql: 'quantile_cont(delay, 0.9)' },
  tenth_ratio: { ours: 'quantile(ratio, 0.1)', sql: 'quantile_cont(ratio, 0.1)' },
  kinds: { ours: 'nunique(distance)', sql: 'count(distinct distance)' },
  places: { ours: 'nunique(destination)', sql: 'count(distinct destination)' },
  some_late: { ours: 'any(late)', sql: 'bool_or(late)' },
  all_late: { ours: 'all(late)', sql: 'bool_and(late)' },
  late_share: { ours: 'sum(late) / count(late)', sql: 'count(*) filter (late) / count(late)' },
  weighted: {
    ours: 'sum(delay * distance) / sum(distance)',
    sql: 'coalesce(sum(delay * distance), 0) / sum(distance)',
  },
};

export interface Case {
  /** What the test calls it. */
  readonly name: string;
  /** Arguments of the command. */
  readonly args: readonly string[];
  readonly where?: string;
  readonly by: readonly string[];
  /** `flights` with what the window adds: `windowStart`, `windowEnd`. */
  readonly from: string;
  readonly windowed: boolean;
}

const everything = (where: string): string => `(select * from flights where ${where})`;

const duration = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 } as const;
const millis = (text: string): number =>
  Number.parseFloat(text) * duration[text.replace(/[\d.]/g, '') as keyof typeof duration];
const interval = (text: string): string => `interval ${millis(text)} milliseconds`;
const floorTo = (text: string): string =>
  `make_timestamp((epoch_ms(date) // ${millis(text)}) * ${millis(text)} * 1000)`;

/** No window: the whole input. */
export const whole = (by: readonly string[], where = 'true'): Case => ({
  name: `the whole input by ${by.join(', ') || 'nothing'}`,
  args: [],
  where,
  by,
  from: everything(where),
  windowed: false,
});

/** The last n rows. */
export const lastRows = (rows: number, by: readonly string[], where = 'true'): Case => ({
  name: `the last ${rows} rows by ${by.join(', ') || 'nothing'}`,
  args: ['--window', String(rows), '--emit', 'end'],
  where,
  by,
  from: `(select * from ${everything(where)} order by rn desc limit ${rows})`,
  windowed: false,
});

/** Rows whose date is above the newest minus the range. */
export const lastRange = (range: string, by: readonly string[], where = 'true'): Case => ({
  name: `the last ${range} by ${by.join(', ') || 'nothing'}`,
  args: ['--index', 'date', '--window', range, '--emit', 'end'],
  where,
  by,
  from: `(select * from ${everything(where)} where date > (select max(date) - ${interval(range)} from ${everything(where)}))`,
  windowed: false,
});

export const tumbling = (size: string, by: readonly string[], where = 'true'): Case => ({
  name: `windows of ${size} by ${by.join(', ') || 'nothing'}`,
  args: ['--index', 'date', '--tumbling', size],
  where,
  by,
  from: `(select *, ${floorTo(size)} as "windowStart", ${floorTo(size)} + ${interval(size)} as "windowEnd"
    from ${everything(where)})`,
  windowed: true,
});

export const sliding = (size: string, step: string, by: readonly string[], where = 'true'): Case => ({
  name: `windows of ${size} every ${step} by ${by.join(', ') || 'nothing'}`,
  args: ['--index', 'date', '--sliding', `${size},${step}`],
  where,
  by,
  from: `(select * from (
      select *, ${floorTo(step)} - k * ${interval(step)} as "windowStart",
        ${floorTo(step)} - k * ${interval(step)} + ${interval(size)} as "windowEnd"
      from ${everything(where)}, generate_series(0, ${Math.ceil(millis(size) / millis(step)) - 1}) as steps(k))
    where date < "windowEnd")`,
  windowed: true,
});

export const session = (gap: string, by: readonly string[], where = 'true'): Case => {
  const keys = by.length > 0 ? `partition by ${by.join(', ')}` : '';
  return {
    name: `sessions of ${gap} by ${by.join(', ') || 'nothing'}`,
    args: ['--index', 'date', '--session', gap],
    where,
    by,
    from: `(
      select *, min(date) over (partition by ${[...by, 'island'].join(', ')}) as "windowStart",
        max(date) over (partition by ${[...by, 'island'].join(', ')}) + ${interval(gap)} as "windowEnd"
      from (
        select *, sum(case when date - before >= ${interval(gap)} then 1 else 0 end) over (${keys} order by rn) as island
        from (select *, lag(date) over (${keys} order by rn) as before from ${everything(where)})))`,
    windowed: true,
  };
};

/** The arguments of the command for these aggregations. */
export function commandOf({ args, where, by }: Case, names: readonly string[]): string[] {
  const agg = names.map(name => `${name} = ${aggregations[name]!.ours}`).join(', ');
  return [
    ...args,
    ...(where && where !== 'true' ? ['--where', where] : []),
    ...(by.length > 0 ? ['--by', by.join(',')] : []),
    '--agg',
    agg,
  ];
}

/** The same for DuckDB; rows with a null key are in no group, as in pandas. */
export function sqlOf({ by, from, windowed }: Case, names: readonly string[]): string {
  const keys = [...(windowed ? ['"windowStart"', '"windowEnd"'] : []), ...by];
  const results = names.map(name => `${aggregations[name]!.sql} as ${name}`);
  const present = by.length > 0 ? `where ${by.map(name => `${name} is not null`).join(' and ')}` : '';
  const groups = keys.length > 0 ? `group by ${keys.join(', ')}` : '';
  return `select ${[...keys, ...results].join(', ')} from ${from} ${present} ${groups}`;
}
