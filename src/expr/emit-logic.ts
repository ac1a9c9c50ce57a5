import { isVariable, widthOf } from '../schema/data-type.ts';
import type { Emit } from './emit.ts';
import { joinTexts } from './emit-text.ts';

/** Kleene's and and or: a false (true) decides beside a null. */
const kleene: Emit = (program, node, [left, right], out) => {
  const { registers, select, ones } = program;
  const plain = node.op === 'and' ? select.andBits : select.orBits;
  const threeValued = node.op === 'and' ? select.kleeneAnd : select.kleeneOr;
  const own = program.bits();
  return length => {
    const x = registers[left!]!;
    const y = registers[right!]!;
    const bytes = (length + 7) >> 3;
    if (x.validity === 0 && y.validity === 0) {
      plain(x.values, y.values, out.values, bytes);
      out.validity = 0;
    } else {
      threeValued(x.values, x.validity || ones, y.values, y.validity || ones, out.values, own, bytes);
      out.validity = own;
    }
  };
};

const xor: Emit = (program, _node, [left, right], out) => {
  const { registers, select } = program;
  const own = program.bits();
  return length => {
    const x = registers[left!]!;
    const y = registers[right!]!;
    select.xorBits(x.values, y.values, out.values, (length + 7) >> 3);
    out.validity = program.both(x.validity, y.validity, own, length);
  };
};

const not: Emit = (program, _node, [at], out) => {
  const { registers, select } = program;
  return length => {
    const x = registers[at!]!;
    select.notBits(x.values, out.values, (length + 7) >> 3);
    out.validity = x.validity;
  };
};

/** The validity bits themselves. */
const notNull: Emit = (program, _node, [at], out) => {
  const { registers, ones } = program;
  return () => {
    out.values = registers[at!]!.validity || ones;
  };
};

const isNull: Emit = (program, _node, [at], out) => {
  const { registers, select, zeros } = program;
  const own = program.bits();
  return length => {
    const { validity } = registers[at!]!;
    if (validity !== 0) select.notBits(validity, own, (length + 7) >> 3);
    out.values = validity === 0 ? zeros : own;
  };
};

const ifElse: Emit = (program, node, [condition, yes, no], out) => {
  const { registers, select, ones } = program;
  const isTrue = program.bits();
  const own = program.bits();
  const rest = program.bits();
  const blendBits = (bits: number, a: number, b: number, to: number, bytes: number): void => {
    select.andNotBits(b, bits, rest, bytes);
    select.andBits(a, bits, to, bytes);
    select.orBits(to, rest, to, bytes);
  };
  const blend = isVariable(node.type) ? undefined : blends(widthOf(node.type), select);
  const room = blend ? undefined : program.texts();
  return length => {
    const c = registers[condition!]!;
    const a = registers[yes!]!;
    const b = registers[no!]!;
    const bytes = (length + 7) >> 3;
    let bits = c.values;
    // a condition that is null chooses the second branch
    if (c.validity !== 0) select.andBits(c.values, c.validity, (bits = isTrue), bytes);
    if (node.type.kind === 'bool') blendBits(bits, a.values, b.values, out.values, bytes);
    else if (blend) blend(bits, a.values, b.values, out.values, length);
    else joinTexts(room!, out, length, select.blendUtf8Offsets, select.blendUtf8Bytes, bits, a, b);
    out.validity = 0;
    if (a.validity === 0 && b.validity === 0) return;
    blendBits(bits, a.validity || ones, b.validity || ones, own, bytes);
    out.validity = own;
  };
};

const blends = (width: number, select: Parameters<typeof ifElse>[0]['select']) =>
  width === 8 ? select.blend64 : width === 4 ? select.blend32 : width === 2 ? select.blend16 : select.blend8;

export const logicEmitters: Readonly<Record<string, Emit>> = /* @__PURE__ */ Object.freeze({
  and: kleene,
  or: kleene,
  xor,
  not,
  notNull,
  isNull,
  ifElse,
});
