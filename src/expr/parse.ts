// A Pratt parser of our own, not jsep: `not in`, comparison chains, words as operators, backticked names, `name=` arguments and
// positions for the caret would each have been a plugin around it, longer than this file.
import { type ExpressionError, nearest } from '../errors.ts';
import { aggregate, call, column, type Expression, float, literal } from './expression.ts';
import { arityText, type Op, opNamed, ops } from './ops.ts';
import { expressionError, type Token, tokensOf } from './tokens.ts';
import { typeNamed } from './type-name.ts';

/** `name = expression`; without a name the expression's own text names it. */
export interface Assignment {
  readonly name: string;
  readonly expression: Expression;
}

export interface ParseOptions {
  /** What the user called, for errors. */
  readonly verb?: string;
}

/**
 * One expression: `distance > 500 and origin == 'SFO'`.
 *
 * From loose to tight: `or |`, `^`, `and &`, `not`, comparisons (chains as `1 < x <= 3`) with `in` and `not in`, `+ -`,
 * `* / // %`, unary `- + ~`, `**`. So `&` and `|` bind as in pandas' query, looser than comparisons.
 *
 * @throws ExpressionError with the position, and a caret under it
 */
export function parse(text: string, { verb = 'expression' }: ParseOptions = {}): Expression {
  const parser = new Parser(text, verb);
  const expression = parser.expression(0);
  parser.end();
  return expression;
}

/**
 * A list of assignments: `flights = count(), late = mean(delay)`.
 *
 * @throws ExpressionError as `parse`, and when two have the same name
 */
export function parseAssignments(text: string, { verb = 'expression' }: ParseOptions = {}): Assignment[] {
  const parser = new Parser(text, verb);
  const list = parser.assignments();
  parser.end();
  return list;
}

/** Infix: how tight, and what it makes. */
const infix: Readonly<Record<string, readonly [power: number, op: Op]>> = /* @__PURE__ */ Object.freeze({
  or: [1, 'or'],
  '|': [1, 'or'],
  '||': [1, 'or'],
  '^': [2, 'xor'],
  and: [3, 'and'],
  '&': [3, 'and'],
  '&&': [3, 'and'],
  '==': [5, 'eq'],
  '!=': [5, 'ne'],
  '<': [5, 'lt'],
  '<=': [5, 'le'],
  '>': [5, 'gt'],
  '>=': [5, 'ge'],
  in: [5, 'isIn'],
  not: [5, 'isIn'],
  '+': [6, 'add'],
  '-': [6, 'sub'],
  '*': [7, 'mul'],
  '/': [7, 'div'],
  '//': [7, 'floordiv'],
  '%': [7, 'mod'],
  '**': [9, 'pow'],
});
const [NOT, COMPARISON, UNARY, POWER] = [4, 5, 8, 9];
/** Deeper nesting than this is refused, so that no text overflows the stack. */
const deepest = 500;

const constants: Readonly<Record<string, boolean | number | null>> = /* @__PURE__ */ Object.freeze({
  true: true,
  True: true,
  false: false,
  False: false,
  null: null,
  None: null,
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
});

class Parser {
  readonly #text: string;
  readonly #verb: string;
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string, verb: string) {
    this.#text = text;
    this.#verb = verb;
    this.#tokens = tokensOf(text, verb);
  }

  expression(least: number): Expression {
    if (++this.#depth > deepest) throw this.#error('too deeply nested');
    let left = this.#prefix();
    for (;;) {
      const token = this.#token;
      const found = infixOf(token);
      if (!found || found[0] < least) break;
      const [power, op] = found;
      if (power === COMPARISON) {
        left = this.#comparisons(left);
        // a comparison's result is no operand of an arithmetic operator: the chain took all of its level
        continue;
      }
      this.#at++;
      left = call(op, [left, this.expression(power === POWER ? UNARY : power + 1)]);
    }
    this.#depth--;
    return left;
  }

  /** `a < b <= c` is `a < b and b <= c`. */
  #comparisons(first: Expression): Expression {
    let left = first;
    let all: Expression | undefined;
    for (;;) {
      const token = this.#token;
      const found = infixOf(token);
      if (!found || found[0] !== COMPARISON) return all!;
      this.#at++;
      let one: Expression;
      if (found[1] === 'isIn') {
        const not = token.text === 'not';
        if (not) this.#expect('in');
        one = call('isIn', [left, ...this.#list()]);
        if (not) one = call('not', [one]);
      } else {
        const right = this.expression(COMPARISON + 1);
        one = call(found[1], [left, right]);
        left = right;
      }
      all = all ? call('and', [all, one]) : one;
    }
  }

  #prefix(): Expression {
    const token = this.#token;
    this.#at++;
    switch (token.kind) {
      case 'number':
        return numberLiteral(token.text);
      case 'text':
        return literal(token.text);
      case 'quoted':
        return column(token.text);
      case 'name':
        return this.#word(token);
      case 'symbol':
        if (token.text === '(') {
          const inside = this.expression(0);
          this.#expect(')');
          return inside;
        }
        if (token.text === '-') return negated(this.expression(UNARY));
        if (token.text === '+') return this.expression(UNARY);
        if (token.text === '~' || token.text === '!') return call('not', [this.expression(UNARY)]);
    }
    this.#at--;
    throw this.#error(`a value must stand here, not ${described(token)}`);
  }

  #word(token: Token): Expression {
    if (isSymbol(this.#token, '(') && token.text !== 'not') return this.#callOf(token);
    if (token.text === 'not') return call('not', [this.expression(NOT)]);
    if (Object.hasOwn(constants, token.text)) return literal(constants[token.text]!);
    if (infixOf(token)) {
      this.#at--;
      throw this.#error(`a value must stand here, not ${described(token)}`);
    }
    return column(token.text);
  }

  #callOf(name: Token): Expression {
    this.#expect('(');
    const op = opNamed(name.text);
    const args: Expression[] = [];
    const parameters: Record<string, number | string | boolean> = {};
    const by: Expression[] = [];
    if (isSymbol(this.#token, '*') && isSymbol(this.#next, ')')) this.#at++;
    while (!this.#skip(')')) {
      const word = this.#token;
      if (word.kind === 'name' && isSymbol(this.#next, '=') && !op) {
        this.#at += 2;
        if (word.text === 'by') by.push(...this.#keys());
        else parameters[word.text] = this.#constant(word);
      } else if (op === 'isIn' && isSymbol(this.#token, '[')) args.push(...this.#list());
      else args.push(this.expression(0));
      if (!isSymbol(this.#token, ')')) this.#expect(',');
    }
    if (op === 'date' && args[0]?.kind === 'literal') return this.#date(name, args);
    if (!op) return aggregate(name.text, args, parameters, by);
    if (op === 'cast') return this.#castOf(name, args);
    const [least, most] = ops[op].arity;
    if (args.length < least || args.length > most) {
      throw this.#error(`${name.text}() takes ${arityText(ops[op].arity)}, here are ${args.length}`, name);
    }
    return call(op, args);
  }

  #date(name: Token, [text]: Expression[]): Expression {
    const value = text?.kind === 'literal' && typeof text.value === 'string' ? new Date(text.value) : undefined;
    if (!value || Number.isNaN(value.getTime())) throw this.#error(`date() takes a text such as '2001-01-31'`, name);
    return literal(value);
  }

  #castOf(name: Token, [value, type]: Expression[]): Expression {
    const word = type?.kind === 'column' ? type.name : type?.kind === 'literal' ? String(type.value) : undefined;
    if (!value || word === undefined)
      throw this.#error(`${name.text}() takes a value and a type, as in cast(x, 'f64')`, name);
    const to = typeNamed(word);
    if (to) return call('cast', [value], to);
    const near = nearest(word, ['bool', 'i32', 'i64', 'f32', 'f64', 'int64', 'float64', 'utf8', 'date32', 'timestamp']);
    throw this.#error(`there is no type ${JSON.stringify(word)}${near ? `; did you mean '${near}'?` : ''}`, name);
  }

  #constant(word: Token): number | string | boolean {
    const at = this.#token;
    const value = this.expression(0);
    if (value.kind === 'literal' && value.value !== null && !(value.value instanceof Date)) {
      return typeof value.value === 'bigint' ? Number(value.value) : value.value;
    }
    throw this.#error(`${word.text}= takes a constant`, at);
  }

  /** `k` or `[a, b]`. */
  #keys(): Expression[] {
    if (!this.#skip('[')) return [this.expression(0)];
    const keys: Expression[] = [];
    while (!this.#skip(']')) {
      keys.push(this.expression(0));
      if (!isSymbol(this.#token, ']')) this.#expect(',');
    }
    return keys;
  }

  /** `[a, b]` or `(a, b)`. */
  #list(): Expression[] {
    const close = isSymbol(this.#token, '(') ? ')' : ']';
    this.#expect(close === ')' ? '(' : '[');
    const items: Expression[] = [];
    while (!this.#skip(close)) {
      const at = this.#token;
      const item = this.expression(0);
      if (item.kind !== 'literal') throw this.#error('a list holds constants only', at);
      items.push(item);
      if (!isSymbol(this.#token, close)) this.#expect(',');
    }
    return items;
  }

  assignments(): Assignment[] {
    const list: Assignment[] = [];
    do {
      const first = this.#token;
      const named = (first.kind === 'name' || first.kind === 'quoted') && isSymbol(this.#next, '=');
      if (named) this.#at += 2;
      const from = this.#token.at;
      const expression = this.expression(0);
      const plain =
        expression.kind === 'column' ? expression.name : this.#text.slice(from, this.#tokens[this.#at - 1]!.end);
      const name = named ? first.text : plain;
      if (list.some(other => other.name === name))
        throw this.#error(`two results are named "${name}"; rename one`, first);
      list.push({ name, expression });
    } while (this.#skip(','));
    return list;
  }

  end(): void {
    const token = this.#token;
    if (token.kind === 'end') return;
    if (isSymbol(token, '=')) throw this.#error('= assigns a name; == compares');
    throw this.#error(`an operator must stand here, not ${described(token)}`);
  }

  get #token(): Token {
    return this.#tokens[this.#at]!;
  }

  /** What follows the token at hand; behind the end, the end. */
  get #next(): Token {
    return this.#tokens[this.#at + 1] ?? this.#token;
  }

  #skip(symbol: string): boolean {
    if (!isSymbol(this.#token, symbol)) return false;
    this.#at++;
    return true;
  }

  #expect(symbol: string): void {
    if (isSymbol(this.#token, '=')) throw this.#error('= assigns a name; == compares');
    if (this.#token.text !== symbol || !isOperator(this.#token)) {
      throw this.#error(`${symbol} must stand here, not ${described(this.#token)}`);
    }
    this.#at++;
  }

  #error(problem: string, { at }: Token = this.#token): ExpressionError {
    return expressionError(this.#verb, problem, this.#text, at);
  }
}

const infixOf = (token: Token): readonly [number, Op] | undefined =>
  isOperator(token) && Object.hasOwn(infix, token.text) ? infix[token.text] : undefined;
const isSymbol = ({ kind, text }: Token, symbol: string): boolean => kind === 'symbol' && text === symbol;
const isOperator = ({ kind }: Token): boolean => kind === 'symbol' || kind === 'name';
const described = ({ kind, text }: Token): string => (kind === 'end' ? 'the end' : JSON.stringify(text));

function numberLiteral(text: string): Expression {
  const digits = text.replaceAll('_', '');
  if (!/^\d+$/.test(digits)) return float(Number(digits));
  const whole = BigInt(digits);
  return literal(whole <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(whole) : whole);
}

function negated(value: Expression): Expression {
  if (value.kind !== 'literal') return call('neg', [value]);
  if (typeof value.value === 'bigint') return literal(-value.value);
  if (typeof value.value !== 'number') return call('neg', [value]);
  return value.float ? float(-value.value) : literal(0 - value.value);
}
