import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { riverDumps, riverScenarios } from '../vectors/river.ts';
import { hasRedis } from './_redis.ts';

const folder = new URL('../golden/river/', import.meta.url);
const names = readdirSync(folder)
  .filter(name => name.endsWith('.json'))
  .sort();

describe.skipIf(!hasRedis)('recordings of the real River client', () => {
  test.concurrent.each(names)('%s', async name => {
    const recorded = JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
    const kind = [riverDumps, riverScenarios].find(one => one.accepts(recorded))!;
    expect((await kind.run(recorded)).problems).toEqual([]);
  });
});
