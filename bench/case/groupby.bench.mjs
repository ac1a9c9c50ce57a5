// Sum and mean by key over all rows at once, from columns on the JavaScript heap to a result table: int32, dictionary and UTF-8 keys.
import { dictionary, f64, i32, utf8, Vector } from '../../dist/index.js';
import { columns, names, texts } from '../data.mjs';
import { duckdbTable } from '../peer/duckdb.mjs';
import { groupByCode, groupByTable, groupByText } from '../peer/plain.mjs';
import { polarsFrame, typed } from '../peer/polars.mjs';
import { digest, digestOf, groupsOf, sumAndMean } from './_groups.mjs';

export const title = 'Group by, all rows at once';

const rows = 10_000_000;
const words = 1000;

const meansOf = ({ sums, counts }) => sums.map((sum, i) => sum / counts[i]);

const ours = (schema, given, weigh) => () => digestOf(groupsOf(schema, sumAndMean, [given]), weigh);

const sql = 'select k, sum(v), avg(v) from t group by k';

function polarsRun({ pl, frame }, weigh) {
  const wanted = [pl.col('v').sum().alias('sum'), pl.col('v').mean().alias('mean')];
  return () => {
    const found = frame.groupBy('k').agg(...wanted);
    return digest(weigh(found), typed(found, 'sum'), typed(found, 'mean'));
  };
}

async function duckdbRun(given, options, weigh) {
  const table = await duckdbTable(given, options);
  const run = async () => {
    const [keys, sums, means] = await table.columns(sql);
    return digest(weigh(keys), sums, means);
  };
  return { run, close: table.close };
}

const integers = (groups, sparse) => {
  const data = () => columns(rows, ['k', 'v'], { groups, sparse });
  return {
    data,
    ours: given => ours({ k: i32(), v: f64() }, given, ({ values }) => values),
    rivals: {
      'plain loop': given => ({
        run: () => {
          const found = groupByTable(given.k, given.v);
          return digest(found.keys, found.sums, meansOf(found));
        },
      }),
      'DuckDB, all cores': given => duckdbRun(given, {}, keys => keys),
      'Polars, all cores': async given => ({ run: polarsRun(await polarsFrame(given), found => typed(found, 'k')) }),
    },
  };
};

/** Keys as texts: what they weigh is told by their number, whatever the engine calls them. */
const numberOf = name => Number(name.slice(7, 12));
const textKeys = vector => Array.from(vector, numberOf);

const dictionaries = {
  data: () => columns(rows, ['k', 'v'], { groups: words }),
  ours({ k, v }) {
    const list = names(words);
    const values = new Vector(utf8(), words, texts(Int32Array.from(list.keys()), list));
    const key = new Vector(dictionary(), rows, { values: k, dictionary: values });
    return ours({ k: dictionary(), v: f64() }, { k: key, v }, textKeys);
  },
  rivals: {
    'plain loop': ({ k, v }) => ({
      run: () => {
        const found = groupByCode(k, v, words);
        return digest(Array.from(found.sums.keys()), found.sums, meansOf(found));
      },
    }),
    'DuckDB, all cores': given => duckdbRun(given, { words: names(words) }, keys => keys.map(numberOf)),
    'Polars, all cores': async given => ({
      run: polarsRun(await polarsFrame(given, { words: names(words), type: 'Categorical' }), found =>
        found.getColumn('k').toArray().map(numberOf),
      ),
    }),
  },
};

const rawTexts = {
  data() {
    const { k, v } = columns(rows, ['k', 'v'], { groups: words });
    return { codes: k, k: texts(k, names(words)), v };
  },
  ours: ({ k, v }) => ours({ k: utf8(), v: f64() }, { k: new Vector(utf8(), rows, k), v }, textKeys),
  rivals: {
    'plain loop': ({ codes, k, v }) => ({
      run: () => {
        const found = groupByText(k, v);
        return digest(
          Array.from(found.rows, row => codes[row]),
          found.sums,
          meansOf(found),
        );
      },
    }),
    'DuckDB, all cores': ({ codes, v }) =>
      duckdbRun({ k: codes, v }, { words: names(words) }, keys => keys.map(numberOf)),
    'Polars, all cores': async ({ codes, v }) => ({
      run: polarsRun(await polarsFrame({ k: codes, v }, { words: names(words) }), found =>
        found.getColumn('k').toArray().map(numberOf),
      ),
    }),
  },
};

const shapes = {
  '100 int32 keys': integers(100, false),
  '10,000 int32 keys': integers(10_000, false),
  '10,000 int32 keys far apart': integers(10_000, true),
  '1,000,000 int32 keys': integers(1_000_000, false),
  '1,000,000 int32 keys far apart': integers(1_000_000, true),
  '1,000 dictionary keys': dictionaries,
  '1,000 UTF-8 keys': rawTexts,
};

const note = `With 100 to 10,000 keys, and with dictionary codes, copying 120 MB into linear memory is a good third of the time; the loop and DuckDB read them where they are, DuckDB with both
cores. A million keys are bound by misses of the caches: rows are looked up a thousand at a time, without a branch, so that many misses are under way at once, and keys
close together in a direct map, off which their order is read as well; rows are not parted by their keys first. Texts of up to 15 bytes are known
by sixteen bytes beside each group, with no look at the group's own text; as with integers the first look has no branch.`;

const oneCase = (shape, against) => ({
  name: `sum and mean by ${shape}`,
  against,
  rows,
  note,
  target: against !== 'plain loop' ? 1 : shape.startsWith('1,000,000') ? 3 : 2,
  isolate: true,
  async setup() {
    const { data, ours: make, rivals } = shapes[shape];
    const given = data();
    const { run, close } = await rivals[against](given);
    return { ours: make(given), theirs: run, check: (a, b) => Math.abs(a - b) <= 1e-9 * Math.abs(b), close };
  },
});

export const cases = Object.entries(shapes).flatMap(([shape, { rivals }]) =>
  Object.keys(rivals).map(against => oneCase(shape, against)),
);
