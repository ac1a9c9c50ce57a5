import { MillraceError, OptionError, StateError } from '../errors.ts';
import { packed, unpacked } from './descriptor.ts';
import { type Task, taskOf } from './task.ts';

export interface PoolOptions {
  /** Number of worker threads; default one for each core. */
  readonly threads?: number;
  /** The file that workers run; default the one beside this module. Say it when a bundler has moved things. */
  readonly worker?: URL | string;
  /** Data that functions find in `workerData` of node:worker_threads. */
  readonly workerData?: unknown;
}

type Piscina = import('piscina').Piscina;

/**
 * Worker threads that functions are run in. They start with the first job, and end with `close()` or at the end of an
 * `await using` scope. A thread that dies fails the jobs it had and is replaced.
 */
export class Pool implements AsyncDisposable {
  readonly #options: PoolOptions;
  #piscina: Promise<Piscina> | undefined;
  #closed = false;

  /** @throws OptionError for a number of threads that is none */
  constructor(options: PoolOptions = {}) {
    const { threads } = options;
    if (threads !== undefined && !(Number.isInteger(threads) && threads > 0)) {
      throw new OptionError('threads', `Pool: ${threads} threads do nothing; give a whole number above 0`);
    }
    this.#options = options;
  }

  /**
   * Runs a function in a worker. Arguments and result are copied as `postMessage` copies, batches too; chunks in shared memory
   * are not, and must stay until the promise settles.
   *
   * @throws StateError when the pool is closed
   */
  async run(fn: Task<any, any> | ((...args: any[]) => unknown), ...args: unknown[]): Promise<any> {
    if (this.#closed) throw new StateError('run: this pool is closed; make a new one');
    const task = taskOf(fn);
    this.#piscina ??= this.#open();
    const piscina = await this.#piscina;
    try {
      return unpacked(await piscina.run({ task, args: args.map(packed) }));
    } catch (error) {
      throw withHint(error, task);
    }
  }

  /** Ends the threads when the jobs that wait or run are done. */
  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#piscina)?.close();
  }

  /** Ends the threads now; jobs under way fail. */
  async destroy(): Promise<void> {
    this.#closed = true;
    await (await this.#piscina)?.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #open(): Promise<Piscina> {
    const { Piscina } = await import('piscina').catch(cause => {
      throw new MillraceError('PARALLEL', 'scatter: worker threads need piscina; run npm install piscina', { cause });
    });
    const { threads, worker = workerFile(), workerData } = this.#options;
    return new Piscina({
      filename: String(worker),
      workerData,
      ...(threads === undefined ? {} : { minThreads: threads, maxThreads: threads }),
      // Between jobs a worker waits as event loops do, not in Atomics.wait: timers and sockets of its own go on.
      atomics: 'disabled',
    });
  }
}

/** dist/parallel-worker.js; from the sources, and from a chunk that bundles share, its place is another. */
function workerFile(): URL {
  const here = import.meta.url;
  const path = here.includes('/src/parallel/')
    ? '../../dist/parallel-worker.js'
    : here.includes('/chunks/')
      ? '../parallel-worker.js'
      : './parallel-worker.js';
  return new URL(path, here);
}

function withHint(error: unknown, task: Task): unknown {
  if (task.source === null || !(error instanceof ReferenceError)) return error;
  return new ReferenceError(
    `${error.message} in the worker: ${task.name || 'the function'} is sent as text, without what is around it. ` +
      'Pass what it needs as arguments, or name it with task(module, name)',
    { cause: error },
  );
}
