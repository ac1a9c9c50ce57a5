// Writes the compressed streams of this folder: apache-arrow as the writer, the lz4 and zstd programs as compressors.
//   node test/golden/arrow/make.mjs
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import * as arrow from 'apache-arrow';

const rows = 20_000; // 8 bytes each: several linked LZ4 blocks of 64 KiB
const table = new arrow.Table({
  n: arrow.vectorFromArray(Array.from({ length: rows }, (_, i) => (i % 11 === 0 ? null : BigInt((i * i) % 1000))), new arrow.Int64()),
  s: arrow.vectorFromArray(Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? null : `word ${i % 97}`)), new arrow.Utf8()),
  k: arrow.vectorFromArray(Array.from({ length: rows }, (_, i) => 'abcdefg'[(i * 3) % 7]), new arrow.Dictionary(new arrow.Utf8(), new arrow.Int16())),
  b: arrow.vectorFromArray(Array.from({ length: rows }, (_, i) => i % 3 === 0), new arrow.Bool()),
});
const programs = {
  lz4: [arrow.CompressionType.LZ4_FRAME, 'lz4', ['-c', '-B4', '-BD', '-z', '-']],
  zstd: [arrow.CompressionType.ZSTD, 'zstd', ['-c', '-9', '-']],
};
for (const [name, [type, program, args]] of Object.entries(programs)) {
  const made = [];
  const encode = bytes => {
    const packed = execFileSync(program, args, { input: bytes, maxBuffer: 1 << 28 });
    if (packed.length < bytes.length) made.push([packed, bytes.length]);
    return packed;
  };
  arrow.compressionRegistry.set(type, { encode });
  const stream = Buffer.from(arrow.tableToIPC(table, 'stream', type));
  // apache-arrow 21.2 writes the packed length before each buffer where the format wants the plain one
  let at = 0;
  for (const [packed, plain] of made) {
    at = stream.indexOf(packed, at);
    stream.writeBigInt64LE(BigInt(plain), at - 8);
    at += packed.length;
  }
  writeFileSync(new URL(`${name}.arrows`, import.meta.url), stream);
}
