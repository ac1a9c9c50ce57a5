import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { families } from '../vectors/families.ts';

const folder = fileURLToPath(new URL('../golden/streamz/', import.meta.url));
const files = ['core', 'random'].flatMap(name => readdirSync(`${folder}${name}`).map(file => `${name}/${file}`));

it.each(files)('does what streamz did, or what is advised instead: %s', async file => {
  const recorded = JSON.parse(readFileSync(`${folder}${file}`, 'utf8'));
  const kind = families['streamz']!.kinds.find(one => one.accepts(recorded));
  expect(kind).toBeDefined();
  const { problems } = await kind!.run(recorded);
  expect(problems).toEqual([]);
});
