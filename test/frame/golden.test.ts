import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { streamzDataFrame } from '../vectors/streamz-dataframe.ts';

const folder = fileURLToPath(new URL('../golden/streamz/dataframe/', import.meta.url));

it.each(readdirSync(folder))('frames do what streamz and pandas did, or what is advised instead: %s', async file => {
  const recorded = JSON.parse(readFileSync(`${folder}${file}`, 'utf8'));
  expect(streamzDataFrame.accepts(recorded)).toBe(true);
  const { problems } = await streamzDataFrame.run(recorded);
  expect(problems).toEqual([]);
});
