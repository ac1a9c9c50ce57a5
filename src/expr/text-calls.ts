import { SchemaError } from '../errors.ts';
import { bool, i32, utf8 } from '../schema/data-type.ts';
import { type Core, core } from './core.ts';
import type { Expression } from './expression.ts';
import type { Operands } from './operands.ts';
import type { Op } from './ops.ts';
import { patternOf } from './pattern.ts';

/** A function of texts, checked; null for any other. */
export function textCall(of: Operands, op: Op, [a, b, c]: readonly [Expression, Expression, Expression]): Core | null {
  switch (op) {
    case 'contains':
    case 'startsWith':
    case 'endsWith':
    case 'matches': {
      const looked = of.textConstant(op, b);
      if (op === 'matches') groupsOf(of, op, looked);
      return core(op, bool(), [of.texts(op, a)], { set: [looked] });
    }
    case 'length':
      return core(op, i32(), [of.text(of.texts(op, a))]);
    case 'find':
      return core(op, i32(), [of.text(of.texts(op, a))], { set: [of.textConstant(op, b)] });
    case 'occurrences':
      return core(op, i32(), [of.text(of.texts(op, a))], { set: [someText(of, op, b)] });
    case 'extract':
    case 'replacePattern': {
      const text = of.textConstant(op, b);
      const groups = groupsOf(of, op, text);
      const detail = op === 'extract' ? group(of, groups, c) : of.textConstant(op, c);
      return core(op, utf8(), [of.texts(op, a)], { set: [text, detail] });
    }
    case 'upper':
    case 'lower':
      return core(op, utf8(), [of.text(of.texts(op, a))]);
    case 'strip':
    case 'lstrip':
    case 'rstrip': {
      const ends = { lstrip: 1, rstrip: 2, strip: 3 }[op];
      return core('strip', utf8(), [of.text(of.texts(op, a))], { set: [ends] });
    }
    case 'replace': {
      const set = [someText(of, op, b), of.textConstant(op, c)];
      return core(op, utf8(), [of.text(of.texts(op, a))], { set });
    }
    case 'splitPart': {
      const set = [someText(of, op, b), of.place(op, c)];
      return core(op, utf8(), [of.text(of.texts(op, a))], { set });
    }
    case 'repeat': {
      const times = of.place(op, b);
      if (times < 0) of.fail(`repeat() takes a number of times from 0 on, not ${times}`);
      return core(op, utf8(), [of.text(of.texts(op, a))], { set: [times] });
    }
    case 'padStart':
    case 'padEnd':
    case 'zfill': {
      const fill = op === 'zfill' ? '0' : c ? of.textConstant(op, c) : ' ';
      if ([...fill].length !== 1) of.fail(`${op}() fills with one character, not ${JSON.stringify(fill)}`);
      const set = [of.place(op, b), fill, { padStart: 0, padEnd: 1, zfill: 2 }[op]];
      return core('pad', utf8(), [of.text(of.texts(op, a))], { set });
    }
    case 'slice': {
      const set = [of.place(op, b), c ? of.place(op, c) : 0x7fff_ffff];
      return core(op, utf8(), [of.text(of.texts(op, a))], { set });
    }
    default:
      return null;
  }
}

function someText(of: Operands, op: Op, b: Expression): string {
  return of.textConstant(op, b) || of.fail(`${op}() looks for a text that is not empty`);
}

/** The names of a pattern's groups, numbers for those without one; the first is the whole. */
function groupsOf(of: Operands, op: Op, pattern: string): readonly (string | number)[] {
  try {
    const match = new RegExp(`${patternOf(pattern).source}|`, patternOf(pattern).flags).exec('')!;
    return [...match.keys(), ...Object.keys(match.groups ?? {})];
  } catch (cause) {
    throw new SchemaError(`${of.verb}: ${op}() can't read the pattern: ${(cause as Error).message}`, { cause });
  }
}

/** The group that is wanted: by default the first, or of none the whole. */
function group(of: Operands, groups: readonly (string | number)[], wanted: Expression | undefined): string | number {
  const given = wanted?.kind === 'literal' ? wanted.value : wanted && of.fail(`extract() takes a constant group`);
  const group = given ?? (groups.includes(1) ? 1 : 0);
  if (groups.includes(group as string | number)) return group as string | number;
  return of.fail(`extract(): the pattern has no group ${String(group)}; there are ${groups.join(', ')}`);
}
