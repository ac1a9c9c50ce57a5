/**
 * A regular expression from its text: JavaScript's, by code points (flag `u`). As in Python it may begin with flags: `(?i)abc`.
 *
 * @throws SyntaxError when it is none
 */
export function patternOf(text: string, flags = ''): RegExp {
  const own = /^\(\?([ims]+)\)/.exec(text);
  return new RegExp(own ? text.slice(own[0].length) : text, `u${own?.[1] ?? ''}${flags}`);
}

/** A pattern as text for `patternOf`. */
export function patternText(pattern: string | RegExp): string {
  if (typeof pattern === 'string') return pattern;
  const flags = pattern.flags.replace(/[^ims]/g, '');
  return flags === '' ? pattern.source : `(?${flags})${pattern.source}`;
}
