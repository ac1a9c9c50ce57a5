// Sums and variances without rounding.

/** Sums of doubles as they are, without rounding: numerators over 2^1074. */
const whole = (x: number): bigint => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 2047n);
  const mantissa = (bits & ((1n << 52n) - 1n)) | (exponent === 0 ? 0n : 1n << 52n);
  const size = mantissa << BigInt(Math.max(exponent, 1) - 1);
  return x < 0 ? -size : size;
};

const ratio = (a: bigint, b: bigint): number => {
  if (a === 0n) return 0;
  const [size, sign] = a < 0n ? [-a, -1] : [a, 1];
  // enough bits that what is cut off seldom decides, and two factors, for one might be 0
  const shift = b.toString(2).length - size.toString(2).length + 160;
  const scaled = shift >= 0 ? (size << BigInt(shift)) / b : size / (b << BigInt(-shift));
  const half = shift >> 1;
  return sign * Number(scaled) * 2 ** -half * 2 ** (half - shift);
};

const unit = 1n << 1074n;
/** The sum, rounded once. */
export const exactSum = (values: readonly number[]): number =>
  ratio(
    values.reduce((a, x) => a + whole(x), 0n),
    unit,
  );
/** The sample variance, rounded once. */
export const exactVar = (values: readonly number[]): number => {
  const n = BigInt(values.length);
  const cells = values.map(whole);
  const sum = cells.reduce((a, x) => a + x, 0n);
  const squares = cells.reduce((a, x) => a + x * x, 0n);
  return ratio(n * squares - sum * sum, n * (n - 1n) * unit * unit);
};
