// Plain twins of assembly/column and assembly/parquet: one row at a time.

export const bitAt = (bits: Uint8Array, at: number): number => (bits[at >> 3]! >> (at & 7)) & 1;

export const bitsOf = (bits: Uint8Array, length: number, offset = 0): number[] =>
  Array.from({ length }, (_, i) => bitAt(bits, offset + i));

/** -1, or the first cell whose offsets fall or lie outside [0, limit]. */
export function checkOffsets(offsets: readonly number[], limit: number): number {
  const length = offsets.length - 1;
  if (offsets[0]! < 0 || offsets[0]! > limit) return 0;
  for (let i = 0; i < length; i++) if (offsets[i + 1]! < offsets[i]!) return i;
  return offsets[length]! > limit ? Math.max(length - 1, 0) : -1;
}

/** Codes and presence after a map; or the first present row whose code is not below the map's size. */
export function mapCodes(
  codes: readonly number[],
  present: readonly number[],
  map: readonly (number | null)[],
): number | { codes: number[]; present: number[] } {
  const out = { codes: [] as number[], present: [] as number[] };
  for (const [row, code] of codes.entries()) {
    if (present[row] === 1 && code >= map.length) return row;
    const mapped = present[row] === 1 ? map[code]! : null;
    out.codes.push(mapped ?? 0);
    out.present.push(mapped === null ? 0 : 1);
  }
  return out;
}

/** Parquet's run-length/bit-packed hybrid of values, in the runs given: `packed` ones are of 8 values each. */
export function hybrid(
  runs: readonly (readonly [value: number, count: number] | readonly number[][])[],
  width: number,
): Uint8Array {
  const bytes: number[] = [];
  const varint = (value: number): void => {
    let rest = value;
    for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
    bytes.push(rest);
  };
  for (const run of runs) {
    if (typeof run[0] === 'number') {
      const [value, count] = run as readonly [number, number];
      varint(count << 1);
      for (let i = 0; i < (width + 7) >> 3; i++) bytes.push((value >>> (8 * i)) & 255);
    } else {
      const groups = run as readonly number[][];
      varint((groups.length << 1) | 1);
      const bits = groups.flat().flatMap(value => Array.from({ length: width }, (_, i) => (value >>> i) & 1));
      for (let i = 0; i < bits.length; i += 8) {
        bytes.push(bits.slice(i, i + 8).reduce((byte, bit, k) => byte | (bit << k), 0));
      }
    }
  }
  return Uint8Array.from(bytes);
}
