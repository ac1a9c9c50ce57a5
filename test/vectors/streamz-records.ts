import { isDeepStrictEqual } from 'node:util';
import { Records } from '../../src/stream/records.ts';
import { Stream } from '../../src/stream/stream.ts';
import { settle } from '../virtual-clock.ts';
import { type Kind, NotUnderstood, type Outcome } from './family.ts';
import { text } from './streamz-core.ts';
import { plain, userFunctions } from './streamz-graph.ts';

/** Streams of arrays of records. */
export const streamzRecords: Kind = {
  name: 'batch',
  accepts: recorded => typeof recorded.op === 'string' && recorded.op.startsWith('batch.'),
  async run(recorded): Promise<Outcome> {
    const functions = userFunctions(recorded.functions, () => Promise.resolve());
    const root = new Stream<any>().toBatch<any>(recorded.example ?? undefined);
    const seen: unknown[] = [];
    let at: any = root;
    for (const step of recorded.pipeline) at = applied(at, step, functions);
    (at instanceof Records ? at.stream : at).sink((x: unknown) => {
      seen.push(shown(x));
    });
    const problems: string[] = [];
    const { length } = recorded.emitted;
    if (length !== recorded.inputs.length) problems.push(`${recorded.inputs.length} inputs, but ${length} emissions`);
    for (const [index, input] of recorded.inputs.entries()) {
      seen.length = 0;
      try {
        await root.emit(input);
      } catch (error) {
        seen.push({ error: (error as Error).name });
      }
      await settle();
      const want = recorded.emitted[index];
      if (!isDeepStrictEqual(seen.map(untyped), want.map(untyped))) {
        problems.push(`batch ${index}: ${text(seen)}, recorded ${text(want)}`);
      }
    }
    return { problems };
  },
};

function applied(at: any, step: any, functions: (name: string) => any): any {
  switch (step.step) {
    case 'map':
      return at.map(functions(step.fn));
    case 'filter':
      return at.filter(functions(step.fn));
    case 'pluck':
      return at.pluck(step.key);
    case 'sum':
      return at.sum();
    case 'to_stream':
      return at.toStream();
    case 'to_dataframe':
      return at.toDataFrame();
    case 'col':
      return at.col(step.name);
    default:
      throw new NotUnderstood(`the runner knows no step "${step.step}"`);
  }
}

/** A data frame's batch by its columns; anything else as it is. */
function shown(x: any): unknown {
  if (typeof x !== 'object' || x === null || !('vectors' in x)) return plain(x);
  const columns = x.schema.fields.map(({ name }: any, i: number) => [name, x.vectors[i].toArray().map(number)]);
  return { kind: 'frame', columns: Object.fromEntries(columns) };
}

/** Recorded frames without their types and index: comparing values is enough. */
function untyped(x: any): unknown {
  if (x?.kind !== 'frame') return number(x);
  return { kind: 'frame', columns: x.columns };
}

const number = (x: unknown): unknown => (typeof x === 'bigint' ? Number(x) : x);
