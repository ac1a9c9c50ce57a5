import { ExpressionError } from '../errors.ts';

export interface Token {
  /** `name`: a plain word, `quoted`: a name in backticks. */
  readonly kind: 'number' | 'text' | 'name' | 'quoted' | 'symbol' | 'end';
  /** The text itself: of strings and quoted names without quotes and escapes. */
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

const pattern =
  /\s+|(?<number>(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[\p{L}_$][\p{L}\p{N}_$]*)|(?<symbol>\*\*|\/\/|[=!<>]=|&&|\|\||[-+*/%&|^~<>=(),[\]!])|(?<quote>['"`])/uy;

const escapes: Readonly<Record<string, string>> = /* @__PURE__ */ Object.freeze({
  n: '\n',
  t: '\t',
  r: '\r',
  0: '\0',
});

/** @throws ExpressionError at a character that belongs to no token, or a quote that never closes */
export function tokensOf(text: string, verb: string): Token[] {
  const tokens: Token[] = [];
  const scan = new RegExp(pattern);
  for (let at = 0; at < text.length; at = scan.lastIndex) {
    scan.lastIndex = at;
    const match = scan.exec(text);
    if (!match) {
      throw expressionError(
        verb,
        `unexpected ${JSON.stringify(String.fromCodePoint(text.codePointAt(at)!))}`,
        text,
        at,
      );
    }
    const groups = match.groups!;
    if (groups['quote']) {
      const { value, end } = quoted(text, at, verb);
      scan.lastIndex = end;
      tokens.push({ kind: groups['quote'] === '`' ? 'quoted' : 'text', text: value, at, end });
      continue;
    }
    const kind = (['number', 'name', 'symbol'] as const).find(name => groups[name] !== undefined);
    if (kind) tokens.push({ kind, text: match[0], at, end: scan.lastIndex });
  }
  tokens.push({ kind: 'end', text: '', at: text.length, end: text.length });
  return tokens;
}

/** `'it\'s'`, `"…"`; in backticks a doubled backtick stands for one. */
function quoted(text: string, from: number, verb: string): { value: string; end: number } {
  const quote = text[from]!;
  let value = '';
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at]!;
    if (char === quote) {
      if (quote !== '`' || text[at + 1] !== '`') return { value, end: at + 1 };
      value += '`';
      at++;
    } else if (char === '\\' && quote !== '`') {
      const next = text[++at] ?? '';
      if (next === 'u') {
        const code = /^(?:\{([0-9a-f]{1,6})\}|([0-9a-f]{4}))/i.exec(text.slice(at + 1, at + 10));
        const point = code ? Number.parseInt((code[1] ?? code[2])!, 16) : 0x110000;
        if (point > 0x10ffff) throw expressionError(verb, '\\u needs four hexadecimal digits', text, at - 1);
        value += String.fromCodePoint(point);
        at += code![0].length;
      } else value += escapes[next] ?? next;
    } else value += char;
  }
  throw expressionError(verb, `${quote} opens here and never closes`, text, from);
}

/** The problem, the line it is in, and a caret under the place. */
export function expressionError(verb: string, problem: string, text: string, position: number): ExpressionError {
  const start = text.lastIndexOf('\n', position - 1) + 1;
  const stop = text.indexOf('\n', position);
  const line = text.slice(start, stop < 0 ? undefined : stop).replaceAll('\t', ' ');
  return new ExpressionError(`${verb}: ${problem}\n  ${line}\n  ${' '.repeat(position - start)}^`, text, position);
}
