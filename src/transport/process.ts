import { OptionError, TransportError } from '../errors.ts';
import { Source } from '../stream/source.ts';
import { type Stream, type StreamOptions, sourceStream } from '../stream/stream.ts';
import { builtin } from './_node.ts';
import { Splitter } from './_split.ts';

export interface FromProcessOptions extends StreamOptions {
  /** Lines of standard error too, as they come; else they go to ours. */
  readonly withStderr?: boolean;
  /** Send a last line that has no newline; default true. */
  readonly withEnd?: boolean;
  /** Working folder of the process. */
  readonly cwd?: string;
  /** Environment of the process; default ours. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs a program and reads what it prints. */
class ProcessSource extends Source<Uint8Array> {
  override readonly label = 'from_process';
  readonly #command: readonly string[];
  readonly #options: FromProcessOptions;
  #last: Promise<void> = Promise.resolve();

  constructor(command: string | readonly string[], options: FromProcessOptions) {
    super();
    this.#command = typeof command === 'string' ? shellWords(command) : command;
    if (!Array.isArray(this.#command) || this.#command.length === 0)
      throw new OptionError('command', 'fromProcess: the command is empty; name a program');
    this.#options = options;
  }

  protected override async run(): Promise<void> {
    const { withStderr = false, cwd, env } = this.#options;
    const [program, ...args] = this.#command as [string, ...string[]];
    const child = builtin('child_process', 'fromProcess').spawn(program, args, {
      cwd,
      env: env as NodeJS.ProcessEnv | undefined,
      stdio: ['ignore', 'pipe', withStderr ? 'pipe' : 'inherit'],
    });
    const stop = (): void => void child.kill();
    this.signal.addEventListener('abort', stop, { once: true });
    const closed = new Promise<void>((resolve, reject) => {
      child.on('close', () => resolve());
      child.on('error', error => reject(new TransportError(`run: ${program}: ${error.message}`, { cause: error })));
    });
    try {
      const outputs = [child.stdout, child.stderr].filter(output => output !== null);
      await Promise.all([closed, ...outputs.map(output => this.#read(output))]);
      if (!this.signal.aborted) this.finish();
    } finally {
      this.signal.removeEventListener('abort', stop);
      child.kill();
    }
  }

  async #read(output: AsyncIterable<Uint8Array>): Promise<void> {
    const splitter = new Splitter(newline);
    for await (const bytes of output) {
      for (const line of splitter.push(bytes)) {
        if (this.signal.aborted) return;
        await this.#inTurn(line);
      }
    }
    const rest = splitter.take();
    if (rest.length > 0 && (this.#options.withEnd ?? true) && !this.signal.aborted) await this.#inTurn(rest.slice());
  }

  /** One line at a time, also of two outputs. */
  #inTurn(line: Uint8Array): Promise<void> {
    const turn = this.#last.then(() => this.give(line));
    this.#last = turn.catch(() => {});
    return turn;
  }
}

const newline = /* @__PURE__ */ Uint8Array.of(10);

/** Words as a shell would find them: blanks separate, quotes and backslashes keep. */
function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "'" || char === '"') {
      const end = closing(text, at, char);
      const inner = text.slice(at + 1, end);
      word = (word ?? '') + (char === '"' ? inner.replace(/\\(["\\$`])/g, '$1') : inner);
      at = end;
    } else if (char === '\\') word = (word ?? '') + (text[++at] ?? '');
    else word = (word ?? '') + char;
  }
  if (word !== undefined) words.push(word);
  return words;
}

function closing(text: string, open: number, quote: string): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === quote) return at;
    if (quote === '"' && text[at] === '\\') at++;
  }
  throw new OptionError('command', `fromProcess: the ${quote} at ${open} is not closed in: ${text}`);
}

/** The lines a program prints, with their newline, as bytes. Stopping ends the program. */
export function fromProcess(command: string | readonly string[], options: FromProcessOptions = {}): Stream<Uint8Array> {
  return sourceStream(new ProcessSource(command, options), options);
}
