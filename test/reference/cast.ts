/** What the kernels of `cast` make of one value, or undefined when it has no place in the type. */
type Value = number | bigint;

const ranges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  I8: [-128n, 127n],
  U8: [0n, 255n],
  I16: [-32768n, 32767n],
  U16: [0n, 65535n],
  I32: [-(2n ** 31n), 2n ** 31n - 1n],
  U32: [0n, 2n ** 32n - 1n],
  I64: [-(2n ** 63n), 2n ** 63n - 1n],
  U64: [0n, 2n ** 64n - 1n],
};

export function cast(value: Value, to: string): Value | undefined {
  if (to === 'F64') return Number(value);
  if (to === 'F32') return Math.fround(Number(value));
  if (typeof value === 'number' && !Number.isFinite(value)) return undefined;
  const whole = typeof value === 'number' ? BigInt(Math.trunc(value)) : value;
  const [low, high] = ranges[to]!;
  if (whole < low || whole > high) return undefined;
  return to.endsWith('64') ? whole : Number(whole);
}
