import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { families } from '../vectors/families.ts';

const folder = fileURLToPath(new URL('../golden/streamz/core/', import.meta.url));

it.each(readdirSync(folder))('does what streamz did, or what is advised instead: %s', async file => {
  const recorded = JSON.parse(readFileSync(`${folder}${file}`, 'utf8'));
  const kind = families['streamz']!.kinds.find(one => one.accepts(recorded));
  expect(kind).toBeDefined();
  const { problems } = await kind!.run(recorded);
  expect(problems).toEqual([]);
});
