import type { Codec, DecoderOptions } from '../../src/codec/codec.ts';
import type { Batch } from '../../src/column/batch.ts';
import { exportChunk } from '../../src/column/export-chunk.ts';
import { Memory } from '../../src/memory/memory.ts';
import type { Columns } from '../../src/schema/schema.ts';

export const memories: readonly (readonly [string, Memory])[] = [
  ['shared', new Memory({ shared: true })],
  ['plain', new Memory({ shared: false })],
];
export const memory: Memory = memories[0]![1];

export interface Decoded {
  readonly batches: Batch[];
  readonly skipped: number;
}

/** Decodes `text` cut before the byte offsets `cuts`. */
export function decode<C extends Columns>(
  codec: Codec<C>,
  text: string | Uint8Array,
  options: Partial<DecoderOptions> = {},
  cuts: readonly number[] = [],
): Decoded {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const decoder = codec.decoder({ memory, ...options });
  const batches: Batch[] = [];
  const take = () => {
    for (let chunk = decoder.next(); chunk; chunk = decoder.next()) batches.push(exportChunk(chunk));
  };
  try {
    let at = 0;
    for (const cut of [...cuts.map(cut => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length]) {
      decoder.write(bytes.subarray(at, cut));
      take();
      at = cut;
    }
    decoder.end();
    take();
    return { batches, skipped: decoder.skipped };
  } finally {
    decoder.dispose();
  }
}

export const rowsOf = (codec: Codec<any>, text: string, options: Partial<DecoderOptions> = {}): object[] =>
  decode(codec, text, options).batches.flatMap(batch => batch.toArray());
