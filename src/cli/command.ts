import { readFileSync } from 'node:fs';
import { ExpressionError, MillraceError, OptionError, SchemaError } from '../errors.ts';
import { type IngestCommandOptions, program, type RunOptions, usageProblem } from './options.ts';
import { type Ending, run } from './run.ts';

const exitCodes = /* @__PURE__ */ Object.freeze({ done: 0, limit: 0, data: 1, usage: 2, interrupted: 130 });

/** The command: arguments (without those of node itself) in, exit code out. */
export async function command(args: readonly string[]): Promise<number> {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  let code: number = exitCodes.done;
  const under = async (work: (signal: AbortSignal) => Promise<Ending>): Promise<void> => {
    const stop = new AbortController();
    const quit = interruption(stop);
    try {
      code = exitCodes[await work(stop.signal)];
    } finally {
      quit();
    }
  };
  const act = (options: RunOptions): Promise<void> => under(signal => run(options, signal));
  const store = (from: string, options: IngestCommandOptions): Promise<void> =>
    under(async signal => (await import('./ingest.ts')).runIngest(from, options, signal));
  try {
    await program(version, act, store).parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return report(error, args.includes('--debug'));
  }
}

/** The first Ctrl-C stops the run after the batch in hand, a second one at once. Returns what undoes it. */
function interruption(stop: AbortController): () => void {
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(exitCodes.interrupted);
    stop.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
  };
}

function report(error: unknown, debug: boolean): number {
  const usage = usageProblem(error);
  if (usage === null) return exitCodes.done;
  if (usage === '') return exitCodes.usage;
  if (isBrokenPipe(error)) return exitCodes.done;
  const known = usage !== undefined || error instanceof MillraceError;
  const text = usage ?? (error instanceof Error ? error.message : String(error));
  const stack = debug && error instanceof Error ? `${error.stack}\n` : '';
  const hint = known || debug ? '' : ' (this is a defect of millrace; --debug shows where)';
  process.stderr.write(`millrace: ${text.split('\n')[0]}${hint}\n${stack}`);
  const wrongCall = error instanceof OptionError || error instanceof SchemaError || error instanceof ExpressionError;
  return usage !== undefined || wrongCall ? exitCodes.usage : exitCodes.data;
}

/** Whoever read our output has had enough (`| head`): that is no failure. */
function isBrokenPipe(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ((at as NodeJS.ErrnoException).code === 'EPIPE') return true;
  }
  return false;
}
