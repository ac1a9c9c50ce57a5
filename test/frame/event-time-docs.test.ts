import { expect, it } from 'vitest';
import { examplesOf, pageOf, run } from './doc-examples.ts';

const examples = examplesOf(pageOf('event-time.md')).map(({ code, shown }, at) => [at + 1, code, shown!] as const);

it.each(examples)('docs/event-time.md prints what it shows: example %i', async (_, code, shown) => {
  expect(await run(code)).toEqual(shown.trimEnd().split('\n'));
});

it('has the examples that are shown', () => {
  expect(examples.length).toBe(5);
});
