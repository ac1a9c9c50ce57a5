import { expect, it } from 'vitest';
import { examplesOf, pageOf, run } from './doc-examples.ts';

const examples = examplesOf(pageOf('joins.md')).map(
  ({ code, shown }) => [/\.(merge\w*)\(\w+, \{[^}]*\}/.exec(code)![0], code, shown!] as const,
);

it.each(examples)('docs/joins.md: %s', async (_, code, shown) => {
  expect(await run(code)).toEqual(shown.trimEnd().split('\n'));
});

it('has the examples that are shown', () => {
  expect(examples.length).toBe(4);
});
