import type { ChunkVector } from '../column/chunk.ts';
import { DataError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import { type DataType, typeText } from '../schema/data-type.ts';
import type { Emit } from './emit.ts';
import { concat, decode } from './emit-text.ts';
import { readText, writeText } from './emit-text-cast.ts';
import {
  find,
  length,
  lower,
  occurrences,
  pad,
  repeat,
  replace,
  slice,
  splitPart,
  strip,
  upper,
} from './emit-text-functions.ts';
import { extract, replacePattern } from './rewrite.ts';

/** A conversion that always succeeds. */
const convert: Emit = (program, node, [at], out) => {
  const { registers } = program;
  const kernel = program.cast[node.value as string]!;
  return length => {
    const x = registers[at!]!;
    kernel(x.values, out.values, length);
    out.validity = x.validity;
  };
};

/** A conversion that some values do not survive. */
const check: Emit = (program, node, [at], out) => {
  const { registers, memory } = program;
  const from = node.args[0]!.type;
  const kernel = program.cast[node.value as string]!;
  const own = program.bits();
  return length => {
    const x = registers[at!]!;
    const row = kernel(x.values, program.both(x.validity, program.mask, own, length), out.values, length);
    if (row >= 0) throw misfit(memory, from, x, row, node.type);
    out.validity = x.validity;
  };
};

function misfit(memory: Memory, from: DataType, { values }: ChunkVector, row: number, to: DataType): DataError {
  const views = { int64: memory.i64, uint64: memory.u64, float64: memory.f64 };
  const value = views[from.kind as 'int64'][values / 8 + row];
  const hint = Number.isNaN(value) ? '; fill or filter it first (fillna)' : '';
  return new DataError(`cast: ${value} has no place in ${typeText(to)}${hint}`);
}

/** The same bits under another type. */
const alias: Emit = (program, _node, [at], out) => {
  const { registers } = program;
  return () => {
    const x = registers[at!]!;
    out.values = x.values;
    out.validity = x.validity;
  };
};

export const castEmitters: Readonly<Record<string, Emit>> = /* @__PURE__ */ Object.freeze({
  convert,
  check,
  alias,
  decode,
  concat,
  readText,
  writeText,
  extract,
  find,
  length,
  lower,
  occurrences,
  pad,
  repeat,
  replace,
  replacePattern,
  slice,
  splitPart,
  strip,
  upper,
});
