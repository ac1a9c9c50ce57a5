import { TransportError } from '../errors.ts';
import { builtin } from './_node.ts';

const magic = /[*?[\]{}]/;

/**
 * File names for paths that may hold wildcards: `*` and `?` within a name, `**` over folders, `[a-z]`, `{a,b}`.
 *
 * A path that exists is taken literally. Matches of one path come in order of their names; hidden files match only a
 * pattern that begins with a dot. `-` stays as it is.
 *
 * @throws TransportError when nothing matches
 */
export function expandPaths(paths: string | readonly string[]): string[] {
  return [paths].flat().flatMap(path => expand(path as string));
}

function expand(path: string): string[] {
  const fs = builtin('fs', 'open');
  if (path === '-' || !magic.test(path) || fs.existsSync(path)) return [path];
  const found = alternatives(path).flatMap(matches).sort();
  if (found.length === 0) throw new TransportError(`open: no file matches ${path}`);
  return [...new Set(found)];
}

/** The pattern with each `{a,b}` written out. */
export function alternatives(pattern: string): string[] {
  const open = pattern.indexOf('{');
  const close = closing(pattern, open);
  if (close < 0) return [pattern];
  const [before, after] = [pattern.slice(0, open), pattern.slice(close + 1)];
  return splitTop(pattern.slice(open + 1, close)).flatMap(part => alternatives(before + part + after));
}

function closing(pattern: string, open: number): number {
  if (open < 0) return -1;
  let depth = 0;
  for (let at = open; at < pattern.length; at++) {
    if (pattern[at] === '{') depth++;
    else if (pattern[at] === '}' && --depth === 0) return at;
  }
  return -1;
}

function splitTop(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const char of text) {
    if (char === '{') depth++;
    if (char === '}') depth--;
    if (char === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts;
}

/** One name of a path as a regular expression. */
export function namePattern(part: string): RegExp {
  const source = part.replace(/\[(!?)([^\]]+)\]|[*?]|[\\^$.|+()[\]{}]/g, (token, not, set) => {
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\^]/g, '\\$&')}]`;
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    return `\\${token}`;
  });
  return new RegExp(`^${part.startsWith('.') ? '' : '(?!\\.)'}${source}$`);
}

function matches(pattern: string): string[] {
  const fs = builtin('fs');
  const parts = pattern.split('/');
  const list = (dir: string): import('node:fs').Dirent[] => {
    try {
      return fs.readdirSync(dir || '.', { withFileTypes: true });
    } catch {
      return []; // no folder, or not ours to read: nothing matches in there
    }
  };
  const isFolder = (entry: import('node:fs').Dirent, path: string): boolean =>
    entry.isDirectory() || (entry.isSymbolicLink() && !!fs.statSync(path, { throwIfNoEntry: false })?.isDirectory());

  const walk = (dir: string, at: number): string[] => {
    const part = parts[at]!;
    const last = at === parts.length - 1;
    if (!magic.test(part)) {
      const path = `${dir}${part}`;
      if (!last) return walk(`${path}/`, at + 1);
      return fs.existsSync(path) ? [path] : [];
    }
    if (part === '**') {
      // Symbolic links are not followed under `**`: they may form circles.
      const below = list(dir).filter(entry => entry.isDirectory() && !entry.name.startsWith('.'));
      const here = last ? [] : walk(dir, at + 1);
      const files = last ? list(dir).filter(entry => !entry.isDirectory() && !entry.name.startsWith('.')) : [];
      return [
        ...here,
        ...files.map(entry => `${dir}${entry.name}`),
        ...below.flatMap(entry => walk(`${dir}${entry.name}/`, at)),
      ];
    }
    const wanted = namePattern(part);
    return list(dir)
      .filter(entry => wanted.test(entry.name))
      .flatMap(entry => {
        const path = `${dir}${entry.name}`;
        if (isFolder(entry, path)) return last ? [] : walk(`${path}/`, at + 1);
        return last ? [path] : [];
      });
  };
  return walk('', 0);
}
