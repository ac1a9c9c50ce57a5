import type { Core } from '../../src/expr/core.ts';
import type { DataType } from '../../src/schema/data-type.ts';
import * as arith from './arith.ts';
import { cast } from './cast.ts';
import * as compare from './compare.ts';
import { kleene } from './select.ts';

/** A cell as its type stores it: bigint for 64-bit integers, text for utf8 and dictionary; null when there is none. */
export type Cell = number | bigint | boolean | string | null;

const width: Readonly<Record<string, string>> = {
  int8: 'I8',
  int16: 'I16',
  int32: 'I32',
  int64: 'I64',
  uint8: 'U8',
  uint16: 'U16',
  uint32: 'U32',
  uint64: 'U64',
  float32: 'F32',
  float64: 'F64',
  date32: 'I32',
  timestamp: 'I64',
};
const suffix = (type: DataType): arith.KernelType => width[type.kind] as arith.KernelType;

const unaries = new Set(['neg', 'abs', 'floor', 'ceil', 'trunc', 'round', 'sqrt']);
const functions: Readonly<Record<string, (x: number) => number>> = { exp: Math.exp, log: Math.log };
const comparisons = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge']);

/** The answer of a checked expression for one row, computed recursively and the plain way. */
export function evaluate(node: Core, row: readonly Cell[]): Cell {
  const { op, type, value } = node;
  if (op === 'column') return row[node.place]!;
  if (op === 'literal') return value;
  const cells = node.args.map(arg => evaluate(arg, row));
  const [a, b, c] = cells as [Cell, Cell, Cell];
  if (op === 'isNull') return a === null;
  if (op === 'notNull') return a !== null;
  if (op === 'isNaN') return Number.isNaN(a as number);
  if (op === 'and' || op === 'or') return kleene(op, a as boolean | null, b as boolean | null);
  if (op === 'ifElse') return a === true ? b : c;
  if (op === 'isIn') return a !== null && node.set.some(x => x === a);
  if (comparisons.has(op)) return compared(op, a, cells.length === 1 ? node.set[0]! : b);
  if (op === 'startsWith' || op === 'contains')
    return a !== null && compare.compareText(op, a as string, node.set[0] as string);
  if (cells.includes(null)) return null;
  if (op === 'xor') return a !== b;
  if (op === 'not') return !a;
  if (op === 'concat') return (a as string) + (b as string);
  if (op === 'decode' || op === 'alias') return a;
  if (op === 'truth') return a !== 0 && a !== 0n;
  if (op === 'convert' || op === 'check')
    return cast(typeof a === 'boolean' ? Number(a) : (a as number), suffix(type))!;
  if (op.startsWith('bit')) return bitwise(op, suffix(type), a as number, b as number);
  if (op === 'pow' && type.kind === 'float64') return (a as number) ** (b as number);
  if (functions[op]) return functions[op](a as number);
  if (unaries.has(op)) return arith.unary(op, suffix(type), a as number);
  return arith.binary(op, suffix(type), a as number, b as number);
}

/** A missing cell satisfies nothing but `!=`. */
function compared(op: string, a: Cell, b: Cell): boolean {
  if (a === null || b === null) return op === 'ne';
  if (op === 'ne') return a !== b;
  if (typeof a === 'string') {
    const [p, q] = [a, b as string];
    if (op === 'gt') return compare.compareText('lt', q, p);
    return op === 'ge' ? compare.compareText('le', q, p) : compare.compareText(op, p, q);
  }
  return compare.compare(op, a as number, b as number);
}

function bitwise(op: string, type: string, a: number | bigint, b: number | bigint): Cell {
  const [x, y] = [BigInt(a), BigInt(b ?? 0)];
  const result = op === 'bitnot' ? ~x : op === 'bitand' ? x & y : op === 'bitor' ? x | y : x ^ y;
  const bits = Number(type.slice(1));
  const wrapped = type[0] === 'U' ? BigInt.asUintN(bits, result) : BigInt.asIntN(bits, result);
  return bits === 64 ? wrapped : Number(wrapped);
}
