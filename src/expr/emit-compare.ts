import { type DataType, isFloat, isText, isUnsigned, widthOf } from '../schema/data-type.ts';
import { settle } from './_settle.ts';
import { type Core, coreLiteral, isLiteral } from './core.ts';
import type { Emit } from './emit.ts';
import { suffixOf } from './emit-arith.ts';
import { compareTextColumns, textTest } from './emit-text.ts';

interface Plan {
  readonly kernel: 'eq' | 'lt' | 'le' | 'gt' | 'ge';
  readonly flip: number;
  /** The operands change places. */
  readonly swap: boolean;
}

const plan = (kernel: Plan['kernel'], flip = 0, swap = false): Plan => ({ kernel, flip, swap });

/** Which kernel answers a comparison. Only integers may invert an order: with NaN, not (a > b) is not a ≤ b. */
function planOf(op: string, float: boolean, scalar: boolean): Plan {
  switch (op) {
    case 'eq':
      return plan('eq');
    case 'ne':
      return plan('eq', 1);
    case 'lt':
      return plan('lt');
    case 'le':
      return float ? plan('le') : scalar ? plan('gt', 1) : plan('lt', 1, true);
    case 'gt':
      return scalar ? plan('gt') : plan('lt', 0, true);
    default:
      return float ? (scalar ? plan('ge') : plan('le', 0, true)) : plan('lt', 1);
  }
}

/** Equality does not care for signs. */
const nameOf = (kernel: string, type: DataType, scalar: boolean): string => {
  const suffix = kernel === 'eq' && isUnsigned(type) ? `I${widthOf(type) * 8}` : suffixOf(type);
  return `${kernel}${suffix}${scalar ? 'Scalar' : ''}`;
};

const comparison: Emit = (program, node, args, out) => {
  const [a, b] = node.args as [Core, Core | undefined];
  if (b === undefined) return textTest(program, node, args, out);
  if (isText(a.type)) return compareTextColumns(program, node, args, out);
  if (a.type.kind === 'bool') return compareBools(program, node, args, out);
  const { registers } = program;
  const [left, right] = args;
  const scalar = isLiteral(b) && b.value !== null;
  const { kernel: name, flip, swap } = planOf(node.op, isFloat(a.type), scalar);
  const kernel = program.compare[nameOf(name, a.type, scalar)]!;
  if (scalar) {
    const constant = program.constant(b);
    return length => {
      const x = registers[left!]!;
      kernel(x.values, constant, out.values, length, flip);
      settle(program, node.op, out, x.validity, length);
    };
  }
  const [first, second] = swap ? [right!, left!] : [left!, right!];
  return length => {
    const x = registers[first]!;
    const y = registers[second]!;
    kernel(x.values, y.values, out.values, length, flip);
    settle(program, node.op, out, x.validity, length);
    settle(program, node.op, out, y.validity, length);
  };
};

const compareBools: Emit = (program, node, [left, right], out) => {
  const { registers, select } = program;
  return length => {
    const x = registers[left!]!;
    const y = registers[right!]!;
    const bytes = (length + 7) >> 3;
    select.xorBits(x.values, y.values, out.values, bytes);
    if (node.op === 'eq') select.notBits(out.values, out.values, bytes);
    settle(program, node.op, out, x.validity, length);
    settle(program, node.op, out, y.validity, length);
  };
};

const isNan: Emit = (program, { args: [a] }, [at], out) => {
  const { registers } = program;
  const kernel = program.compare[`eq${suffixOf(a!.type)}`]!;
  return length => {
    const x = registers[at!]!;
    kernel(x.values, x.values, out.values, length, 1);
    settle(program, 'eq', out, x.validity, length);
  };
};

const isIn: Emit = (program, node, args, out) => {
  const { type } = node.args[0]!;
  if (isText(type)) return textTest(program, node, args, out);
  const { registers } = program;
  const [at] = args;
  if (type.kind === 'bool') return boolIn(program, node, args, out);
  const width = widthOf(type);
  const set = program.own(node.set.length * width);
  for (const [i, value] of node.set.entries()) program.fill(set + i * width, type, value, 1);
  const suffix = isFloat(type) ? suffixOf(type) : `I${width * 8}`;
  const kernel = program.compare[`within${suffix}`]!;
  return length => {
    const x = registers[at!]!;
    kernel(x.values, set, node.set.length, out.values, length, 0);
    settle(program, 'eq', out, x.validity, length);
  };
};

const boolIn: Emit = (program, node, [at], out) => {
  const { registers, select, ones, zeros } = program;
  const mask = (value: boolean): number => (node.set.includes(value) ? ones : zeros);
  const whenTrue = mask(true);
  const whenFalse = mask(false);
  const rest = program.bits();
  return length => {
    const x = registers[at!]!;
    const bytes = (length + 7) >> 3;
    select.andNotBits(whenFalse, x.values, rest, bytes);
    select.andBits(whenTrue, x.values, out.values, bytes);
    select.orBits(out.values, rest, out.values, bytes);
    settle(program, 'eq', out, x.validity, length);
  };
};

/** A number as a bool: everything but zero is true, NaN too. */
const truth: Emit = (program, { args: [a] }, [at], out) => {
  const { registers } = program;
  const kernel = program.compare[nameOf('eq', a!.type, true)]!;
  const zero = program.constant(coreLiteral(a!.type, 0));
  return length => {
    const x = registers[at!]!;
    kernel(x.values, zero, out.values, length, 1);
    out.validity = x.validity;
  };
};

export const comparisonEmitters: Readonly<Record<string, Emit>> = /* @__PURE__ */ Object.freeze({
  eq: comparison,
  ne: comparison,
  lt: comparison,
  le: comparison,
  gt: comparison,
  ge: comparison,
  contains: comparison,
  startsWith: comparison,
  endsWith: comparison,
  matches: comparison,
  isNaN: isNan,
  isIn,
  truth,
});
