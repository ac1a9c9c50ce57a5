/** What the kernels of `arith` compute for one row, in plain JavaScript. 64-bit integers are bigints; integers wrap. */
type Value = number | bigint;

export type KernelType = 'I32' | 'I64' | 'U64' | 'F32' | 'F64';

/** A value as the type stores it. */
export function stored(type: KernelType, value: Value): Value {
  switch (type) {
    case 'I32':
      return typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : value | 0;
    case 'I64':
      return BigInt.asIntN(64, BigInt(value));
    case 'U64':
      return BigInt.asUintN(64, BigInt(value));
    case 'F32':
      return Math.fround(value as number);
    default:
      return value;
  }
}

/** Python's floor division, integers of any width. */
function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** numpy's floor_divide and remainder of floats. */
function floatDivision(a: number, b: number): { quotient: number; rest: number } {
  let rest = a % b;
  let quotient = (a - rest) / b;
  if (rest === 0) rest = b < 0 || Object.is(b, -0) ? -0 : 0;
  else if (rest < 0 !== b < 0) {
    rest += b;
    quotient -= 1;
  }
  if (quotient === 0) quotient = a / b < 0 || Object.is(a / b, -0) ? -0 : 0;
  else {
    const down = Math.floor(quotient);
    quotient = quotient - down > 0.5 ? down + 1 : down;
  }
  if (b === 0) quotient = a / b;
  return { quotient, rest };
}

export function binary(op: string, type: KernelType, a: Value, b: Value): Value {
  if (type === 'F32' || type === 'F64') return stored(type, floats(op, a as number, b as number));
  return stored(type, integers(op, BigInt(a), BigInt(b)));
}

function floats(op: string, a: number, b: number): number {
  if (op === 'add') return a + b;
  if (op === 'sub') return a - b;
  if (op === 'mul') return a * b;
  if (op === 'div') return a / b;
  if (op === 'floordiv') return floatDivision(a, b).quotient;
  if (op === 'mod') return floatDivision(a, b).rest;
  return op === 'least' ? Math.min(a, b) : Math.max(a, b);
}

function integers(op: string, a: bigint, b: bigint): bigint {
  if (op === 'add') return a + b;
  if (op === 'sub') return a - b;
  if (op === 'mul') return a * b;
  if (op === 'floordiv') return floorDivide(a, b);
  if (op === 'mod') return a - b * floorDivide(a, b);
  if (op === 'pow') return a ** b;
  return (op === 'least') === a < b ? a : b;
}

export function unary(op: string, type: KernelType, a: Value): Value {
  if (op === 'neg') return stored(type, -a);
  if (op === 'abs') return stored(type, a < 0 || Object.is(a, -0) ? -a : a);
  const x = a as number;
  if (op === 'floor') return Math.floor(x);
  if (op === 'ceil') return Math.ceil(x);
  if (op === 'trunc') return Math.trunc(x);
  if (op === 'sqrt') return stored(type, Math.sqrt(x));
  return roundHalfEven(x);
}

export function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  const part = x - down;
  const up = part > 0.5 || (part === 0.5 && down % 2 !== 0);
  const rounded = up ? down + 1 : down;
  return rounded === 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded;
}
