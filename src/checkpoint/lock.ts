import { StateError } from '../errors.ts';
import { builtin } from '../transport/_node.ts';

/** Who holds a folder. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process began, which tells it from another that has its number now; null where the system does not say. */
  readonly began: string | null;
  readonly token: string;
}

const fileName = 'lock';
/** How often a holder gives a sign of life, and how old one must be before another host takes it for dead. */
const beatMs = 5_000;
const deadMs = 30_000;

/**
 * A folder for one process at a time: a file in it says whose it is.
 *
 * Where a process was killed its file stays, and is taken over: on the same host when the process is gone, from another when it has given
 * no sign of life for 30 s.
 */
export class FolderLock implements AsyncDisposable {
  readonly #path: string;
  readonly #text: string;
  readonly #beat: ReturnType<typeof setInterval>;

  /** @throws StateError when another process holds the folder */
  static async take(dir: string): Promise<FolderLock> {
    const { promises } = builtin('fs', 'run');
    const path = builtin('path').join(dir, fileName);
    const { pid } = builtin('process');
    const owner: Owner = { pid, host: builtin('os').hostname(), began: await beganOf(pid), token: crypto.randomUUID() };
    const text = JSON.stringify(owner);
    // Written beside and then linked: a lock is there with its text or not at all, whenever a process is killed.
    const beside = `${path}.${owner.token}`;
    await promises.writeFile(beside, text);
    try {
      while (!(await isLinked(beside, path))) await takeOver(path, dir);
      return new FolderLock(path, text);
    } finally {
      await promises.rm(beside, { force: true });
    }
  }

  private constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
    this.#beat = setInterval(() => {
      const now = new Date();
      builtin('fs').utimes(path, now, now, () => {});
    }, beatMs);
    this.#beat.unref();
  }

  /** @throws StateError when somebody has taken it over, or removed it */
  async check(): Promise<void> {
    const found = await builtin('fs')
      .promises.readFile(this.#path, 'utf8')
      .catch(() => null);
    if (found === this.#text) return;
    throw new StateError(`run: the lock ${this.#path} is no longer ours: another process writes checkpoints there now`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#beat);
    const mine = await this.check().then(
      () => true,
      () => false,
    );
    if (mine) await builtin('fs').promises.rm(this.#path, { force: true });
  }
}

/** Gives a file a second name; false when there is one of that name. */
async function isLinked(file: string, name: string): Promise<boolean> {
  try {
    await builtin('fs').promises.link(file, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the lock of a process that is gone. @throws StateError when it is not */
async function takeOver(path: string, dir: string): Promise<void> {
  const { promises } = builtin('fs');
  const [text, stats] = await Promise.all([
    promises.readFile(path, 'utf8').catch(() => null),
    promises.stat(path).catch(() => null),
  ]);
  if (text === null || stats === null) return; // let go of in this moment
  if (await isAlive(text, Date.now() - stats.mtimeMs)) throw inUse(dir, text);
  // Whoever renames this very file may go on; another may have been as fast, and hold the folder already.
  const aside = `${path}.${crypto.randomUUID()}`;
  await promises.rename(path, aside).catch(() => {});
  const taken = await promises.readFile(aside, 'utf8').catch(() => null);
  if (taken !== null && taken !== text) await isLinked(aside, path);
  await promises.rm(aside, { force: true });
}

async function isAlive(text: string, silentMs: number): Promise<boolean> {
  let owner: Owner;
  try {
    owner = JSON.parse(text);
  } catch {
    return silentMs < deadMs; // it is not ours
  }
  if (owner.host !== builtin('os').hostname()) return silentMs < deadMs;
  try {
    builtin('process').kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return owner.began === (await beganOf(owner.pid));
}

/** Boot and clock tick at which a process began: two that had the same number differ. Null where the system does not tell. */
async function beganOf(pid: number): Promise<string | null> {
  const { readFile } = builtin('fs').promises;
  const [boot, stat] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
  ]);
  // the second field is the program's name, in brackets, and may hold anything
  const tick = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return tick === undefined ? null : `${boot.trim()} ${tick}`;
}

function inUse(dir: string, text: string): StateError {
  const { pid, host } = parsed(text);
  const who = pid === undefined ? 'another process' : `process ${pid} on ${host}`;
  return new StateError(`run: ${dir} holds the checkpoints of ${who}, which runs; give each run a folder of its own`);
}

function parsed(text: string): Partial<Owner> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
