import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Digest, digestText } from '../../src/checkpoint/digest.ts';
import { Memory } from '../../src/memory/memory.ts';
import { plainXxh64 } from '../reference/hash.ts';

describe.each([true, false])('a digest, shared memory %s', shared => {
  const memory = new Memory({ shared });

  it('does not depend on the pieces in which bytes come', () => {
    const bytes = Uint8Array.from({ length: 700_000 }, (_, i) => (i * 31) >> 3);
    const whole = plainXxh64(bytes.subarray(0, 600_001));
    fc.assert(
      fc.property(fc.array(fc.nat(600_001), { maxLength: 12 }), cuts => {
        const digest = new Digest(memory);
        let at = 0;
        for (const cut of [...cuts.sort((a, b) => a - b), 600_001]) digest.update(bytes.subarray(at, (at = cut)));
        expect(digest.finish()).toBe(whole);
      }),
      { numRuns: 20 },
    );
    expect(memory.stats().owners['checkpoint']).toBeUndefined();
  });

  it('is shown as 16 digits', () => {
    expect(digestText(new TextEncoder().encode('abc'), memory)).toBe('44bc2cf5ad770999');
    expect(digestText(new Uint8Array(0), memory)).toBe('ef46db3751d8e999');
  });
});
