import type { Batch } from '../../src/column/batch.ts';
import type { Vector } from '../../src/column/vector.ts';
import { DataFrame, type DataFrameBase } from '../../src/frame/data-frame.ts';
import type { GroupBy } from '../../src/frame/group-by.ts';
import { lit } from '../../src/frame/lit.ts';
import { Series } from '../../src/frame/series.ts';
import { WindowBase } from '../../src/frame/windowed.ts';
import { bool, f64, i64, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { NotUnderstood } from './family.ts';
import { type Emitted, shownNewest, shownRows, shownScalar, shownTotals } from './streamz-dataframe-values.ts';

/** Where a pipeline leaves what it emits. */
export interface Feed {
  last: Emitted | null;
}

export interface Built {
  state(): Uint8Array;
}

type Frame = DataFrameBase<any>;
/** What the steps so far have made, and how its results are labelled. */
type Made =
  | { readonly at: 'frame'; readonly frame: Frame; readonly keys: number; readonly shape: Shape }
  | { readonly at: 'series'; readonly series: Series<any> }
  | { readonly at: 'index'; readonly series: Series<any> }
  | { readonly at: 'window'; readonly window: WindowBase<any>; readonly growing: boolean }
  | {
      readonly at: 'groups';
      readonly groups: GroupBy<any, any>;
      readonly keys: number;
      readonly picked: 'one' | 'many' | null;
    }
  | { readonly at: 'rolling' | 'ewm'; readonly of: Frame | Series<any>; readonly step: any };
/** How an emitted batch is shown: rows, one column of them, one row as a series of columns, one cell, or one row as the newest. */
type Shape = 'rows' | 'column' | 'totals' | 'cell' | 'newest' | 'newestOf';

const types: Readonly<Record<string, any>> = {
  float64: f64(),
  int64: i64(),
  bool: bool(),
  object: utf8(),
  'datetime64[ns]': timestamp('ns'),
};

/** Builds the pipeline and listens to it. */
export function build(frame: Frame, pipeline: readonly any[], functions: any, feed: Feed, state?: Uint8Array): Built {
  let made: Made = { at: 'frame', frame, keys: 0, shape: 'rows' };
  for (const step of pipeline) made = apply(made, step, frame, functions);
  return listen(made, feed, state);
}

/** A column as a frame; what its columns are is not for the compiler. */
const frameOf = (series: Series<any>): Frame => series.toFrame() as unknown as Frame;

function listen(made: Made, feed: Feed, state?: Uint8Array): Built {
  const target: Frame | null =
    made.at === 'frame' ? made.frame : made.at === 'series' || made.at === 'index' ? frameOf(made.series) : null;
  if (!target) throw new Error(`the pipeline ends in a ${made.at}, which emits nothing`);
  const scalar = made.at === 'series' && made.series.plan.op === 'aggregate';
  const show = (batch: Batch): Emitted => {
    if (made.at === 'index') return shownRows(batch, 0, 'index');
    if (made.at === 'series') return scalar ? shownScalar(batch.vectors[0]!.get(0)) : shownRows(batch, 0, 'series');
    const { shape, keys } = made as Made & { at: 'frame' };
    switch (shape) {
      case 'rows':
        return shownRows(batch, keys, 'frame');
      case 'column':
        return shownRows(batch, keys, 'series');
      case 'totals':
        return shownTotals(batch);
      case 'cell':
        return shownScalar(batch.vectors[keys]!.get(0));
      default:
        return shownNewest(batch, shape === 'newest' ? 'frame' : 'series');
    }
  };
  target.sink(batch => {
    feed.last = show(batch);
  });
  if (state) target.restore(state);
  return { state: () => target.checkpoint() };
}

function apply(made: Made, step: any, stream: Frame, functions: any): Made {
  const rows = (frame: unknown): Made => ({ at: 'frame', frame: frame as Frame, keys: 0, shape: 'rows' });
  const frame = made.at === 'frame' ? made.frame : null;
  switch (step.step) {
    case 'filter':
      return onRows(made, one => one.filter(series(step.expr, one, functions)));
    case 'query':
      return onRows(made, one => one.query(step.text));
    case 'assign':
      return onRows(made, one =>
        one.assign(
          Object.fromEntries(
            Object.entries(step.values).map(([name, value]) => [name, operand(value, one, functions)]),
          ) as any,
        ),
      );
    case 'setitem':
      return onRows(made, one => one.assign({ [step.name]: operand(step.expr, one, functions) } as any));
    case 'frame_of':
      return rows(
        DataFrame.of(
          Object.fromEntries(
            Object.entries(step.columns).map(([name, value]) => [name, series(value, frame!, functions)]),
          ),
        ),
      );
    case 'select':
      return onRows(made, one => one.select(step.columns));
    case 'col': {
      if (made.at === 'window') return { at: 'series', series: made.window.col(step.name) };
      return { at: 'series', series: frame!.col(step.name) };
    }
    case 'expr':
      return expression(made, step.expr, functions);
    case 'tail':
      return rows(frame!.tail(step.n));
    case 'reset_index':
      return onRows(made, one => one.resetIndex());
    case 'set_index':
      return rows((frame!.setIndex(step.column) as any).drop([step.column]));
    case 'to_frame':
      return rows(made.at === 'series' ? frameOf(made.series) : frame);
    case 'round':
      return made.at === 'series'
        ? { at: 'series', series: made.series.round(step.decimals) }
        : onRows(made, one => one.round(step.decimals));
    case 'astype':
      return made.at === 'series'
        ? { at: 'series', series: made.series.astype(types[step.dtype]) }
        : onRows(made, one => one.astype(types[step.dtype]));
    case 'map':
      return { at: 'series', series: mapped((made as any).series, step.map, functions) };
    case 'window': {
      const given = {
        ...(step.n === undefined ? {} : { n: step.n }),
        ...(step.value === undefined ? {} : { value: step.value }),
      };
      if (made.at === 'series') return { at: 'series', series: made.series.window(step.value ?? step.n) };
      const extent = typeof given.n === 'string' ? { value: given.n } : given;
      return { at: 'window', window: frame!.window(extent as any), growing: false };
    }
    case 'expanding':
      return made.at === 'series'
        ? { at: 'series', series: made.series.expanding() }
        : { at: 'window', window: frame!.expanding(), growing: true };
    case 'rolling':
    case 'ewm':
      return { at: step.step, of: made.at === 'series' ? made.series : frame!, step };
    case 'pick':
      return pick(made, step.column);
    case 'groupby':
      return grouped(made, step, stream, functions);
    case 'agg':
      return aggregated(made, step);
    case 'cum':
      return made.at === 'series'
        ? { at: 'series', series: (made.series as any)[step.name]() }
        : rows((frame as any)[step.name]());
    case 'value_counts':
      return { at: 'frame', frame: (made as any).series.valueCounts(), keys: 1, shape: 'column' };
    case 'full': {
      if (made.at === 'series') return { at: 'frame', frame: made.series.full(), keys: 0, shape: 'column' };
      return rows((made as any).window.full());
    }
    case 'apply': {
      const fn = evaluate(functions[step.fn]);
      const of = made.at === 'series' ? made.series : (made as any).window;
      const apply = (cells: any): unknown => fn(made.at === 'series' ? columnOf(cells) : rowsOf(cells));
      return { at: 'frame', frame: of.apply(apply, { type: f64() }), keys: 0, shape: 'cell' };
    }
    case 'aggregate': {
      const text = functions[step.aggregation];
      const of = made.at === 'series' ? made.series : made.at === 'window' ? made.window : frame!;
      const type = step.aggregation === 'Trace' ? utf8() : f64();
      return { at: 'frame', frame: (of as any).aggregate(userAggregation(text), { type }), keys: 0, shape: 'cell' };
    }
    case 'then':
      return then(made, step);
    default:
      throw new NotUnderstood(`the runner knows no step ${JSON.stringify(step)}`);
  }
}

function onRows(made: Made, change: (frame: Frame) => unknown): Made {
  if (made.at === 'window') return { ...made, window: made.window.over(change as any) as WindowBase<any> };
  if (made.at === 'frame') return { ...made, frame: change(made.frame) as Frame };
  throw new Error(`this step is not for a ${made.at}`);
}

function pick(made: Made, picked: string | readonly string[]): Made {
  const one = typeof picked === 'string';
  if (made.at === 'groups') return { ...made, groups: made.groups.pick(picked as any), picked: one ? 'one' : 'many' };
  const { of } = made as Made & { at: 'rolling' };
  const chosen = one ? (of as Frame).col(picked) : ((of as Frame).select(picked as any) as unknown as Frame);
  return { ...(made as Made & { at: 'rolling' }), of: chosen };
}

function grouped(made: Made, { by, from }: any, stream: Frame, functions: any): Made {
  const { window, frame } = made as any;
  const of = window ?? frame;
  const expression = typeof by === 'object' && !Array.isArray(by);
  const keys = expression ? series(by, from === 'stream' ? stream : of, functions) : by;
  return { at: 'groups', groups: of.groupby(keys), keys: Array.isArray(by) ? by.length : 1, picked: null };
}

function aggregated(made: Made, { name, args = {} }: any): Made {
  const options = args.ddof === undefined ? undefined : { ddof: args.ddof };
  if (made.at === 'series') return { at: 'series', series: (made.series as any)[name](options) };
  if (made.at === 'rolling') {
    const { window, min_periods: minPeriods } = made.step;
    const rolling = (made.of as Frame).rolling(window, minPeriods === undefined ? {} : { minPeriods }) as any;
    const result = name === 'quantile' ? rolling.quantile(args.quantile, args.interpolation) : rolling[name](options);
    return result instanceof Series
      ? { at: 'series', series: result }
      : { at: 'frame', frame: result, keys: 0, shape: 'rows' };
  }
  if (made.at === 'ewm') {
    const result = (made.of as any).ewm(made.step.args)[name]();
    // streamz emits one row a batch: the newest
    return result instanceof Series
      ? { at: 'frame', frame: result.last().toFrame(), keys: 0, shape: 'newestOf' }
      : { at: 'frame', frame: result.expanding().last(), keys: 0, shape: 'newest' };
  }
  if (made.at === 'groups') {
    const shape = made.picked === 'one' || name === 'size' ? 'column' : 'rows';
    return { at: 'frame', frame: (made.groups as any)[name](options), keys: made.keys, shape };
  }
  const of = made.at === 'window' ? made.window : made.at === 'frame' ? made.frame : null;
  return { at: 'frame', frame: (of as any)[name](options), keys: 0, shape: name === 'size' ? 'cell' : 'totals' };
}

/** Methods of an updating result. */
function then(made: Made, { name, args = [] }: any): Made {
  const { frame, keys, shape } = made as Made & { at: 'frame' };
  if (name === 'nlargest')
    return { at: 'frame', frame: frame.nlargest(args[0], frame.schema.names[keys]!), keys, shape };
  if (shape === 'column') return { at: 'series', series: (frame.col(frame.schema.names[keys]!) as any)[name](...args) };
  if (shape === 'totals')
    return { at: 'frame', frame: (frame as any)[name]({ axis: 1 }).toFrame(), keys: 0, shape: 'cell' };
  const rest = frame.select(frame.schema.names.slice(keys)) as unknown as Frame;
  return { at: 'frame', frame: (rest as any)[name](...args), keys: 0, shape: 'totals' };
}

/* Expressions ----------------------------------------------------------------------------------------------------------- */

const methods: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '//': 'floordiv',
  '%': 'mod',
  '**': 'pow',
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  '&': 'and',
  '|': 'or',
  '^': 'xor',
};
/** For constants on the left. */
const reversed: Readonly<Record<string, string>> = {
  '+': 'add',
  '*': 'mul',
  '-': 'rsub',
  '/': 'rdiv',
  '//': 'rfloordiv',
  '%': 'rmod',
  '**': 'rpow',
  '==': 'eq',
  '!=': 'ne',
  '<': 'gt',
  '<=': 'ge',
  '>': 'lt',
  '>=': 'le',
  '&': 'and',
  '|': 'or',
  '^': 'xor',
};

/** The expression in place of what there is: a series, or a frame (or window) of all columns changed. */
function expression(made: Made, given: any, functions: any): Made {
  const current = made.at === 'frame' ? made.frame : made.at === 'window' ? made.window : (made as any).series;
  const result = evaluated(given, current, functions);
  if (result instanceof WindowBase) return { ...made, window: result } as Made;
  if (!(result instanceof Series)) return { at: 'frame', frame: result as Frame, keys: 0, shape: 'rows' };
  const hidden = result.expression.key.includes('index') && isIndex(given);
  return { at: hidden ? 'index' : 'series', series: result };
}

/** Row labels stay labels under arithmetic. */
const isIndex = (given: any): boolean =>
  typeof given === 'object' && given !== null && ('index' in given || isIndex(given.a) || isIndex(given.b));

function series(given: any, of: any, functions: any): Series<any> {
  return evaluated(given, of, functions) as Series<any>;
}

/** A column for assign: texts are constants. */
function operand(given: any, of: any, functions: any): unknown {
  const value = evaluated(given, of, functions);
  return typeof value === 'string' ? lit(value) : value;
}

function evaluated(given: any, of: any, functions: any): unknown {
  if (typeof given !== 'object' || given === null) return given;
  if ('col' in given) return of.col(given.col);
  if ('index' in given) return of.index;
  if ('self' in given) return of;
  const a = evaluated(given.a, of, functions) as any;
  if ('fn' in given) return called(given, a, functions);
  const b = evaluated(given.b, of, functions) as any;
  if (typeof a === 'object') return a[methods[given.op]!](b);
  return b[reversed[given.op]!](a);
}

function called(given: any, a: any, functions: any): unknown {
  switch (given.fn) {
    case 'abs':
    case 'neg':
    case 'not':
    case 'sum':
    case 'mean':
      return a[given.fn]();
    case 'round':
      return a.round(given.decimals ?? 0);
    case 'astype':
      return a.astype(types[given.dtype]);
    case 'map':
      return mapped(a, given.map, functions);
    default:
      throw new NotUnderstood(`the runner knows no function "${given.fn}"`);
  }
}

/** The recorded function is for numbers. */
function mapped(of: Series<any>, name: string, functions: any): Series<any> {
  const fn = evaluate(functions[name]);
  return of.map(cell => (cell === null ? null : fn(Number(cell))), f64());
}

/* User functions -------------------------------------------------------------------------------------------------------- */

/** A column as recorded functions see it: an array with pandas' words; no number is NaN. */
class Cells extends Array<number> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  sum(): number {
    return this.#present().reduce((a, b) => a + b, 0);
  }

  count(): number {
    return this.#present().length;
  }

  max(): number | null {
    return this.count() > 0 ? Math.max(...this.#present()) : null;
  }

  min(): number | null {
    return this.count() > 0 ? Math.min(...this.#present()) : null;
  }

  mean(): number | null {
    return this.count() > 0 ? this.sum() / this.count() : null;
  }

  #present(): number[] {
    return Array.from(this).filter(cell => !Number.isNaN(cell));
  }
}

function columnOf(vector: Vector): Cells {
  const cells = new Cells();
  for (const cell of vector) cells.push((typeof cell === 'bigint' ? Number(cell) : (cell ?? Number.NaN)) as number);
  return cells;
}

const rowsOf = (batch: Batch): object => ({
  length: batch.length,
  ...Object.fromEntries(batch.schema.names.map(name => [name, columnOf(batch.column(name))])),
});

const evaluate = (text: string): ((...args: any[]) => any) => new Function(`return (${text})`)();

function userAggregation(texts: Readonly<Record<string, string>>): any {
  const [initial, onNew, onOld] = [texts['initial']!, texts['onNew']!, texts['onOld']!].map(evaluate);
  return {
    name: 'recorded',
    initial: (batch: Batch) => initial!(rowsOf(batch)),
    onNew: (state: unknown, batch: Batch) => onNew!(state, rowsOf(batch)),
    onOld: (state: unknown, batch: Batch) => onOld!(state, rowsOf(batch)),
  };
}
