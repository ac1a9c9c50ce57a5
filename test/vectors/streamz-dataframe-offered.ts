import type { Emitted } from './streamz-dataframe-values.ts';

/** What the plain answer of an aggregation is. */
type Plain = (cells: readonly number[]) => number | null;

const plain: Readonly<Record<string, Plain>> = {
  min: cells => (cells.length > 0 ? Math.min(...cells) : null),
  sum: cells => cells.reduce((a, b) => a + b, 0),
  var: cells => {
    const mean = cells.reduce((a, b) => a + b, 0) / cells.length;
    return cells.length > 1 ? cells.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (cells.length - 1) : null;
  },
};

/**
 * What pipelines give that streamz refuses and we offer, computed anew for every batch: minima of groups, groups of everything so far,
 * windows over integer indexes, variances for an example without rows, weighted sums and spreads. Null where streamz is right to refuse.
 */
export function offered({ op, pipeline, batches }: any): Emitted[] | null {
  if (op.startsWith('ewm.')) return weighted(pipeline, batches);
  const known = ['groupby.min', 'expanding.groupby', 'window.value.sum', 'window.n.var'].some(
    name => op === name || op.startsWith(name),
  );
  const step = (name: string): any => pipeline.find((one: any) => one.step === name);
  const { name } = step('agg') ?? {};
  const column = (step('pick')?.column ?? step('col')?.name) as string;
  if (!known || !plain[name] || column === undefined || !(column in (batches[0] ?? {}))) return null;
  const key = step('groupby')?.by as string | undefined;
  const { n = Number.POSITIVE_INFINITY, value } = step('window') ?? {};
  if (step('window') && step('window').n === undefined && value === undefined) return null;
  let rows: { x: number | null; k: unknown; t: number }[] = [];
  return batches.map((batch: any) => {
    rows.push(
      ...batch[column].map((x: number | null, at: number) => ({
        x,
        k: key && batch[key][at],
        t: batch.index?.[at] ?? at,
      })),
    );
    if (value !== undefined) {
      const newest = Math.max(...rows.map(({ t }) => t));
      rows = rows.filter(({ t }) => t > newest - value);
    } else rows = rows.slice(Math.max(0, rows.length - n));
    const cells = (of: typeof rows): number[] => of.map(({ x }) => x).filter(x => x !== null);
    if (key === undefined) return { kind: 'scalar', value: plain[name]!(cells(rows)) };
    const keys = [...new Set(rows.map(({ k }) => k))]
      .filter(k => k !== null)
      .sort((a: any, b: any) => (a < b ? -1 : 1));
    const values = keys.map(k => plain[name]!(cells(rows.filter(row => row.k === k))));
    return { kind: 'series', values, index: { values: keys } };
  });
}

/** Sums and spreads with weights (com / (1 + com)) ** age of all rows so far, for the newest of each batch. */
function weighted(pipeline: any, batches: any): Emitted[] | null {
  const step = (name: string): any => pipeline.find((one: any) => one.step === name);
  const [column, name, com] = [step('col')?.name, step('agg').name, step('ewm').args.com];
  if (!['sum', 'var', 'std'].includes(name) || column === undefined || com === undefined) return null;
  const cells: number[] = [];
  return batches.map((batch: any) => {
    cells.push(...batch[column]);
    const weights = cells.map((_, at) => (com / (1 + com)) ** (cells.length - 1 - at));
    const total = (of: (x: number, w: number) => number): number =>
      cells.reduce((sum, x, at) => sum + of(x, weights[at]!), 0);
    const [all, squares] = [total((_, w) => w), total((_, w) => w * w)];
    const mean = total((x, w) => w * x) / all;
    const variance = (total((x, w) => w * (x - mean) ** 2) / all) * (all ** 2 / (all ** 2 - squares));
    const value = name === 'sum' ? mean * all : name === 'var' ? variance : Math.sqrt(variance);
    return { kind: 'series', values: [value], index: { values: [0] } };
  });
}
