import { TransportError } from '../errors.ts';

/** What `act` gives; its error as ours, for `open`. */
export async function attempt<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw failed('open', path, error as NodeJS.ErrnoException);
  }
}

const reasons: Readonly<Record<string, string>> = /* @__PURE__ */ Object.freeze({
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EEXIST: 'it is there already, and no folder',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
  EMFILE: 'too many files are open',
  ENOSPC: 'the disk is full',
});

/** The error of a system call as ours, with words for the usual reasons. */
export function failed(verb: string, path: string, error: NodeJS.ErrnoException): TransportError {
  const { code = '', message } = error;
  // a file that is written need not be there: its folder must
  const reason = verb === 'write' && code === 'ENOENT' ? 'there is no such folder; make it first' : reasons[code];
  return new TransportError(`${verb}: ${path}: ${reason ?? message}`, { cause: error });
}
