import { TransportError } from '../errors.ts';
import { type Duration, parseDuration } from '../schema/duration.ts';
import { sleep } from '../stream/clock.ts';
import { Source } from '../stream/source.ts';
import { type Stream, type StreamOptions, sourceStream } from '../stream/stream.ts';
import { failed } from './_failed.ts';
import { builtin } from './_node.ts';
import { expandPaths } from './glob.ts';

export interface FilenamesOptions extends StreamOptions {
  /** How often the folder is looked at; default 100 ms. */
  readonly pollInterval?: Duration;
  /** Look at once when the system tells of a change in the folder, besides. */
  readonly watch?: boolean;
  /** Go on looking; default true. Else the source is exhausted after one look. */
  readonly follow?: boolean;
}

/** Looks for names that it has not sent. */
class FilenamesSource extends Source<string> {
  override readonly label = 'filenames';
  readonly #path: string;
  readonly #pollMs: number;
  readonly #watch: boolean;
  readonly #follow: boolean;
  readonly #sent = new Set<string>();

  constructor(path: string, { pollInterval = 100, watch = false, follow = true }: FilenamesOptions) {
    super();
    this.#path = path;
    this.#pollMs = parseDuration(pollInterval, 'pollInterval');
    this.#watch = watch;
    this.#follow = follow;
  }

  protected override async run(): Promise<void> {
    let changed = new AbortController();
    this.signal.addEventListener('abort', () => changed.abort(), { once: true });
    const watcher = this.#watch ? builtin('fs').watch(folderOf(this.#path), () => changed.abort()) : undefined;
    try {
      while (!this.signal.aborted) {
        changed = new AbortController();
        await this.#look();
        if (!this.#follow) return this.finish();
        if (this.signal.aborted) return;
        await sleep(this.node.clock, this.#pollMs, changed.signal);
      }
    } finally {
      watcher?.close();
    }
  }

  async #look(): Promise<void> {
    for (const name of namesIn(this.#path)) {
      if (this.#sent.has(name)) continue;
      if (this.signal.aborted) return;
      this.#sent.add(name);
      await this.give(name);
    }
  }
}

function namesIn(path: string): string[] {
  const fs = builtin('fs', 'filenames');
  if (!fs.statSync(path, { throwIfNoEntry: false })?.isDirectory()) return matching(path);
  try {
    const names = fs.readdirSync(path).filter(name => !name.startsWith('.'));
    return names.sort().map(name => builtin('path').join(path, name));
  } catch (error) {
    throw failed('filenames', path, error as NodeJS.ErrnoException);
  }
}

function matching(pattern: string): string[] {
  try {
    return expandPaths(pattern).filter(path => builtin('fs').existsSync(path));
  } catch (error) {
    if (error instanceof TransportError) return []; // nothing matches yet
    throw error;
  }
}

/** The folder in which a change can make a new name. */
function folderOf(path: string): string {
  const fs = builtin('fs', 'filenames');
  if (fs.statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  const fixed = path.split('/').slice(0, -1);
  const wild = fixed.findIndex(part => /[*?[\]{}]/.test(part));
  return (wild < 0 ? fixed : fixed.slice(0, wild)).join('/') || (path.startsWith('/') ? '/' : '.');
}

/** Names of the files in a folder, or of those that match a pattern, and of new ones as they appear; sorted in each look. */
export function filenames(path: string, options: FilenamesOptions = {}): Stream<string> {
  return sourceStream(new FilenamesSource(path, options), options);
}
