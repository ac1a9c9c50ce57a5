import type { Batch } from '../../src/column/batch.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { bool, type DataType, f64, i64, timestamp, utf8 } from '../../src/schema/data-type.ts';
import type { Columns } from '../../src/schema/schema.ts';
import { type Kind, NotUnderstood, type Outcome } from './family.ts';
import { offered } from './streamz-dataframe-offered.ts';
import { type Built, build, type Feed } from './streamz-dataframe-steps.ts';
import { close, type Emitted, emittedText, sameEmitted } from './streamz-dataframe-values.ts';

const types: Readonly<Record<string, () => DataType>> = {
  float64: f64,
  int64: i64,
  bool,
  object: utf8,
  'datetime64[ns]': () => timestamp('ns'),
};

/** The hidden column of row labels. */
const labels = '\u0001labels';

/** Streaming frames: every operation of streamz' dataframes. */
export const streamzDataFrame: Kind = {
  name: 'dataframe',
  accepts: recorded =>
    Array.isArray(recorded.pipeline) && typeof recorded.dtypes === 'object' && recorded.dtypes !== null,
  async run(recorded): Promise<Outcome> {
    const ours = recorded.cut === undefined ? replay(recorded) : resumed(recorded);
    if (recorded.buildError) {
      if (ours instanceof Error) return { problems: [] };
      const rule = offered(recorded);
      if (!rule) return { problems: [`building must fail with ${recorded.buildError.type}`] };
      return { problems: compare(rule, ours, recorded), byRule: true };
    }
    if (ours instanceof Error) return { problems: [`building failed: ${ours.stack}`] };
    const wanted = recorded.emitted.map((one: Emitted, at: number) =>
      counted(recorded, recorded.recomputed?.[at] ?? one),
    );
    const problems = compare(wanted, ours, recorded);
    return { problems, byRule: recorded.quirk === true };
  },
};

/** An empty batch gives an empty result; pandas' rolling sometimes fails for one behind a window of one row. */
const rollsNothing = ({ pipeline, batches }: any, at: number): boolean =>
  pipeline.some((step: any) => step.step === 'rolling') &&
  Object.values(batches[at]).every(cells => (cells as unknown[]).length === 0);

/** Values that left a window are not listed with a count of 0, in state files too. */
function counted({ pipeline }: any, emitted: Emitted): Emitted {
  if (pipeline.at(-1)?.step !== 'value_counts' || emitted.kind !== 'series') return emitted;
  const kept = emitted['values'].map((count: number) => count !== 0);
  const present = (cells: unknown[]): unknown[] => cells.filter((_, at) => kept[at]);
  return { ...emitted, values: present(emitted['values']), index: { values: present(emitted['index'].values) } };
}

function compare(wanted: readonly Emitted[], ours: readonly Emitted[], recorded: any): string[] {
  const problems: string[] = [];
  if (wanted.length !== ours.length) problems.push(`${ours.length} emissions, recorded are ${wanted.length}`);
  for (const [at, want] of wanted.entries()) {
    const got = ours[at];
    if (got === undefined || sameEmitted(got, want, recorded)) continue;
    if (want.kind === 'error' && rollsNothing(recorded, at) && got.kind !== 'error') continue;
    problems.push(`batch ${at}: ${emittedText(got)}, must be ${emittedText(want)}`);
  }
  return problems;
}

/** All batches through one pipeline. @returns the error that building it threw, if it did */
function replay(recorded: any): Emitted[] | Error {
  let run: Run;
  try {
    run = new Run(recorded);
  } catch (error) {
    if (error instanceof NotUnderstood) throw error;
    return error as Error;
  }
  const emitted = recorded.batches.map((batch: any) => run.emit(batch));
  run.frame.dispose();
  return emitted;
}

/** Stops after `cut` batches; another pipeline goes on from the state that the first one left. */
function resumed(recorded: any): Emitted[] | Error {
  const first = new Run(recorded);
  const before = recorded.batches.slice(0, recorded.cut).map((batch: any) => first.emit(batch));
  const state = first.built.state();
  first.frame.dispose();
  const second = new Run(recorded, state);
  const after = recorded.batches.slice(recorded.cut).map((batch: any) => second.emit(batch));
  second.frame.dispose();
  return [...before, ...after];
}

/** A pipeline over a new frame. */
class Run {
  readonly frame: DataFrame<any>;
  readonly built: Built;
  readonly #schema: Columns;
  readonly #feed: Feed = { last: null };

  constructor({ dtypes, indexDtype, pipeline, functions }: any, state?: Uint8Array) {
    const columns = Object.fromEntries(Object.entries(dtypes).map(([name, type]) => [name, types[type as string]!()]));
    this.#schema = { ...columns, [labels]: types[indexDtype ?? 'int64']!() };
    const root = new DataFrame({ schema: this.#schema, index: labels }) as DataFrame<any>;
    this.frame = root;
    const visible = root.select(Object.keys(columns)) as DataFrame<any>;
    this.built = build(visible, pipeline, functions ?? {}, this.#feed, state);
  }

  emit(recorded: any): Emitted {
    const { index, ...columns } = recorded;
    const length = (Object.values(columns)[0] as unknown[] | undefined)?.length ?? 0;
    const cells: Record<string, unknown[]> = { [labels]: index ?? Array.from({ length }, (_, row) => row) };
    for (const [name, values] of Object.entries(columns)) cells[name] = values as unknown[];
    for (const [name, type] of Object.entries(this.#schema)) cells[name] = cells[name]!.map(cell => close(cell, type));
    this.#feed.last = null;
    try {
      this.frame.emit(batchOf(cells, this.#schema as any) as Batch);
    } catch (error) {
      return { kind: 'error', type: (error as Error).name, message: (error as Error).message };
    }
    return this.#feed.last ?? { kind: 'nothing' };
  }
}
