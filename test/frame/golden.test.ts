import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { streamzDataFrame } from '../vectors/streamz-dataframe.ts';

const golden = fileURLToPath(new URL('../golden/streamz/', import.meta.url));
const files = ['dataframe', 'dataframe-random'].flatMap(folder =>
  readdirSync(`${golden}${folder}`).map(file => `${folder}/${file}`),
);

it.each(files)('frames do what streamz and pandas did, or what is advised instead: %s', async file => {
  const recorded = JSON.parse(readFileSync(`${golden}${file}`, 'utf8'));
  expect(streamzDataFrame.accepts(recorded)).toBe(true);
  const { problems } = await streamzDataFrame.run(recorded);
  expect(problems).toEqual([]);
});
