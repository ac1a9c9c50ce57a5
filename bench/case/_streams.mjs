// Streaming jobs: a batch goes in, a result comes out after every batch. Each is written for millrace as a user would write it, and for
// plain typed arrays; a run starts from nothing, goes through all rows, and gives a number that both must agree on.
import { DataFrame, f64, i32, timestamp } from '../../dist/index.js';
import { slice } from '../data.mjs';
import {
  ChangedMeans,
  RunningMeans,
  SlidingMoments,
  SlidingTime,
  TumblingSums,
  WindowedGroups,
} from '../peer/plain-streaming.mjs';

const countRows = 100_000;
const groupedRows = 10_000;

/** Every value weighed by its key, so that a value under the wrong key is noticed. */
export function weighed(keys, values) {
  let sum = 0;
  for (let i = 0; i < keys.length; i++) sum += values[i] * (1 + (keys[i] % 7));
  return sum;
}

function inBatches(given, size, emit) {
  const rows = Object.values(given)[0].length;
  for (let at = 0; at < rows; at += size) emit(slice(given, at, Math.min(at + size, rows)));
}

/** Millrace: `each` looks at every result; `last` gives the answer from the last one, unless `each` adds it up. */
const frameRun = (schema, index, verbs, each, last) => (given, size) => {
  const frame = new DataFrame({ schema, index });
  let sum = 0;
  let latest;
  verbs(frame).sink(batch => {
    sum += each(batch);
    latest = batch;
  });
  inBatches(given, size, batch => frame.emit(batch));
  frame.dispose();
  return last ? last(latest) : sum;
};

/** The same with typed arrays: `each(state, batch)` pushes and looks. */
const plainRun = (make, each, last) => (given, size) => {
  const state = make();
  let sum = 0;
  let latest;
  inBatches(given, size, batch => {
    latest = each(state, batch);
    sum += typeof latest === 'number' ? latest : latest.k.length;
  });
  return last ? last(state, latest) : sum;
};

const keyed = { k: i32(), v: f64() };
const tableOf = name => batch => weighed(batch.column('k').values, batch.column(name).values);
const first = name => batch => batch.column(name).values[0];
const cells = names => batch => names.reduce((sum, name) => sum + Math.abs(batch.column(name).values[0]), 0);

/** A state's table read where it is kept. */
const inPlace = name => state => weighed(state.table.keys.subarray(0, state.table.size), state[name]);
const keptTable = name => (_, latest) => weighed(latest.k, latest[name]);

const momentColumns = ['v', 'x', 'y'];
const momentNames = momentColumns.flatMap(name => [`${name}Sum`, `${name}Mean`, `${name}Var`]);
const momentAggregates = Object.fromEntries(
  momentColumns.flatMap(name => [
    [`${name}Sum`, t => t[name].sum()],
    [`${name}Mean`, t => t[name].mean()],
    [`${name}Var`, t => t[name].var()],
  ]),
);

function moments(state, { v, x, y }) {
  state.push([v, x, y]);
  let sum = 0;
  for (let c = 0; c < 3; c++) sum += Math.abs(state.sums[c]) + Math.abs(state.mean(c)) + state.variance(c);
  return sum;
}

function pushed(state, { k, v }) {
  state.push(k, v);
  return state;
}

const byKey = frame => frame.groupby('k');
const mean = { mean: t => t.v.mean() };

/**
 * `ours` and `plain` are runs over (columns, rows a batch). `kept` loops hand out tables that the consumer may keep, as millrace does;
 * `read in place` ones do not.
 */
export const jobs = {
  'running mean by 1,000 keys, all groups': {
    columns: ['k', 'v'],
    ours: frameRun(keyed, null, frame => byKey(frame).agg(mean), first('mean'), tableOf('mean')),
    plain: {
      'plain loop, read in place': plainRun(
        () => new RunningMeans(),
        (state, batch) => pushed(state, batch).means[0],
        inPlace('means'),
      ),
      'plain loop, kept': plainRun(
        () => new RunningMeans(),
        (state, batch) => pushed(state, batch).kept(),
        keptTable('mean'),
      ),
    },
  },
  'running mean by 1,000 keys, changed groups': {
    columns: ['k', 'v'],
    ours: frameRun(keyed, null, frame => byKey(frame).agg(mean, { emit: 'changed' }), first('mean'), tableOf('mean')),
    plain: {
      'plain loop, kept': plainRun(
        () => new ChangedMeans(),
        (state, batch) => pushed(state, batch).kept(),
        keptTable('mean'),
      ),
    },
  },
  'sum, mean, var of 3 columns over the last 100,000 rows': {
    columns: momentColumns,
    ours: frameRun(
      { v: f64(), x: f64(), y: f64() },
      null,
      frame => frame.window(countRows).agg(momentAggregates),
      cells(momentNames),
    ),
    plain: { 'plain loop': plainRun(() => new SlidingMoments(countRows, 3), moments) },
  },
  'mean, max over the last 60 s': {
    columns: ['at', 'v'],
    plainColumns: ['atMs', 'v'],
    ours: frameRun(
      { at: timestamp('ms'), v: f64() },
      'at',
      frame => frame.window('60s').agg({ mean: t => t.v.mean(), max: t => t.v.max() }),
      cells(['mean', 'max']),
    ),
    plain: {
      'plain loop': plainRun(
        () => new SlidingTime(60_000),
        (state, { atMs, v }) => {
          state.push(atMs, v);
          return state.mean + state.greatest;
        },
      ),
    },
  },
  'tumbling sum of 1 s by 1,000 keys': {
    columns: ['at', 'k', 'v'],
    plainColumns: ['atMs', 'k', 'v'],
    ours: frameRun(
      { at: timestamp('ms'), ...keyed },
      'at',
      frame =>
        frame
          .tumbling('1s')
          .groupby('k')
          .agg({ sum: t => t.v.sum() }),
      tableOf('sum'),
    ),
    plain: { 'plain loop': plainTumbling },
  },
  'sum, mean by 100 keys over the last 10,000 rows': {
    columns: ['k', 'v'],
    groups: 100,
    ours: frameRun(
      keyed,
      null,
      frame =>
        frame
          .window(groupedRows)
          .groupby('k')
          .agg({ sum: t => t.v.sum(), mean: t => t.v.mean() }),
      first('sum'),
      tableOf('sum'),
    ),
    plain: {
      'plain loop, read in place': plainRun(
        () => new WindowedGroups(groupedRows),
        (state, batch) => pushed(state, batch).sums[0],
        inPlace('sums'),
      ),
      'plain loop, kept': plainRun(
        () => new WindowedGroups(groupedRows),
        (state, batch) => pushed(state, batch).kept(),
        keptTable('sum'),
      ),
    },
  },
};

function plainTumbling(given, size) {
  let sum = 0;
  const state = new TumblingSums(1000, (_, keys, sums) => {
    sum += weighed(keys, sums);
  });
  inBatches(given, size, ({ atMs, k, v }) => state.push(atMs, k, v));
  return sum;
}
