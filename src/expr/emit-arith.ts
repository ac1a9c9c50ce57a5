import { type DataType, widthOf } from '../schema/data-type.ts';
import { type Core, coreLiteral, isLiteral } from './core.ts';
import type { Emit } from './emit.ts';
import type { Step } from './program.ts';

/** How kernels name a type. */
export function suffixOf(type: DataType): string {
  if (type.kind === 'timestamp') return 'I64';
  if (type.kind === 'date32') return 'I32';
  const letter = type.kind.startsWith('uint') ? 'U' : type.kind.startsWith('int') ? 'I' : 'F';
  return `${letter}${widthOf(type) * 8}`;
}

/** uint64 wraps with the bits of int64. */
const wrapping = (op: string, type: DataType): string =>
  type.kind === 'uint64' && (op === 'add' || op === 'sub' || op === 'mul') ? 'I64' : suffixOf(type);

const capitalized = (op: string): string => op[0]!.toUpperCase() + op.slice(1);

/** Two columns, or a column and a constant on either side. */
const binary: Emit = (program, node, [left, right], out) => {
  const { registers } = program;
  const [a, b] = node.args as [Core, Core];
  const suffix = wrapping(node.op, node.type);
  if (isLiteral(b) && b.value !== null && !isLiteral(a)) {
    const kernel = program.arith[`${node.op}${suffix}Scalar`]!;
    const constant = program.constant(b);
    return length => {
      const x = registers[left!]!;
      kernel(x.values, constant, out.values, length);
      out.validity = x.validity;
    };
  }
  const fromLeft = program.arith[`scalar${capitalized(node.op)}${suffix}`];
  if (isLiteral(a) && a.value !== null && fromLeft) {
    const constant = program.constant(a);
    return length => {
      const y = registers[right!]!;
      fromLeft(constant, y.values, out.values, length);
      out.validity = y.validity;
    };
  }
  const kernel = program.arith[`${node.op}${suffix}`]!;
  const own = program.bits();
  return length => {
    const x = registers[left!]!;
    const y = registers[right!]!;
    kernel(x.values, y.values, out.values, length);
    out.validity = program.both(x.validity, y.validity, own, length);
  };
};

const unary: Emit = (program, node, [at], out) => {
  const { registers } = program;
  const kernel = program.arith[`${node.op}${suffixOf(node.type)}`]!;
  return length => {
    const x = registers[at!]!;
    kernel(x.values, out.values, length);
    out.validity = x.validity;
  };
};

const roundTo: Emit = (program, node, [at], out) => {
  const { registers } = program;
  const decimals = node.value as number;
  const scale = program.constant(coreLiteral(node.type, 10 ** Math.abs(decimals)));
  const kernel = program.arith[decimals < 0 ? 'roundTensF64' : 'roundToF64']!;
  return length => {
    const x = registers[at!]!;
    kernel(x.values, scale, out.values, length);
    out.validity = x.validity;
  };
};

/**
 * Functions whose kernels would be tables: AssemblyScript's exp, log and pow weigh 11 kB gzipped, and at some 10 ns a row
 * a JavaScript loop over the view is no slower.
 */
const inScript =
  (apply: (x: number) => number): Emit =>
  (program, _node, [at], out) => {
    const { registers, memory } = program;
    return length => {
      const x = registers[at!]!;
      const { f64 } = memory;
      const from = x.values / 8;
      const to = out.values / 8;
      for (let row = 0; row < length; row++) f64[to + row] = apply(f64[from + row]!);
      out.validity = x.validity;
    };
  };

const powF64: Emit = (program, _node, [left, right], out) => {
  const { registers, memory } = program;
  const own = program.bits();
  return length => {
    const x = registers[left!]!;
    const y = registers[right!]!;
    const { f64 } = memory;
    const to = out.values / 8;
    for (let row = 0; row < length; row++) f64[to + row] = power(f64[x.values / 8 + row]!, f64[y.values / 8 + row]!);
    out.validity = program.both(x.validity, y.validity, own, length);
  };
};

/** IEEE's pow, as numpy has it: JavaScript's makes 1 ** NaN and (±1) ** ±Infinity NaN. */
const power = (x: number, y: number): number => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y);

const bitwise: Emit = (program, node, [left, right], out) => {
  const { registers } = program;
  const name = `${node.op.slice(3)}Bits` as 'andBits' | 'orBits' | 'xorBits';
  const width = widthOf(node.type);
  const [, b] = node.args as [Core, Core];
  if (isLiteral(b) && b.value !== null) {
    const kernel = program.select[`${name}Scalar`];
    const constant = program.constant(b);
    return length => {
      const x = registers[left!]!;
      kernel(x.values, constant, out.values, length * width);
      out.validity = x.validity;
    };
  }
  const kernel = program.select[name];
  const own = program.bits();
  return length => {
    const x = registers[left!]!;
    const y = registers[right!]!;
    kernel(x.values, y.values, out.values, length * width);
    out.validity = program.both(x.validity, y.validity, own, length);
  };
};

const bitnot: Emit = (program, node, [at], out) => {
  const { registers, select } = program;
  const width = widthOf(node.type);
  return length => {
    const x = registers[at!]!;
    select.notBits(x.values, out.values, length * width);
    out.validity = x.validity;
  };
};

const pow: Emit = (program, node, args, out): Step =>
  (node.type.kind === 'int64' ? binary : powF64)(program, node, args, out);

export const arithmeticEmitters: Readonly<Record<string, Emit>> = /* @__PURE__ */ Object.freeze({
  add: binary,
  sub: binary,
  mul: binary,
  div: binary,
  floordiv: binary,
  mod: binary,
  least: binary,
  greatest: binary,
  pow,
  neg: unary,
  abs: unary,
  floor: unary,
  ceil: unary,
  trunc: unary,
  round: unary,
  sqrt: unary,
  roundTo,
  exp: /* @__PURE__ */ inScript(Math.exp),
  log: /* @__PURE__ */ inScript(Math.log),
  log2: /* @__PURE__ */ inScript(Math.log2),
  log10: /* @__PURE__ */ inScript(Math.log10),
  bitand: bitwise,
  bitor: bitwise,
  bitxor: bitwise,
  bitnot,
});
