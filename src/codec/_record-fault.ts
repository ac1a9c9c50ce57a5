import { recordFault } from '../kernel/text.ts';
import { typeText } from '../schema/data-type.ts';
import type { Stop, TextField } from './_field-table.ts';
import type { Input } from './_input.ts';

const utf8Text = /* @__PURE__ */ new TextDecoder();

/** What is wrong with the record that stopped a kernel, in words. */
export function problemOf(
  { field, code, at }: Stop,
  fields: readonly TextField[],
  input: Input,
  format: string,
): string {
  const column = fields[field];
  const seen = shown(input, at);
  const type = column?.type ? typeText(column.type) : 'value';
  switch (code) {
    case recordFault.type:
      return `${seen} is no ${type}`;
    case recordFault.range:
      return `${seen} does not fit ${type}; give a schema with a wider type`;
    case recordFault.encoding:
      return 'the text is not UTF-8';
    case recordFault.string:
      return `a string is broken at ${seen}: an unknown escape, a raw control character, or no closing quote`;
    case recordFault.few:
      return `the record has fewer fields than the ${fields.length} columns`;
    case recordFault.many:
      return `the record has more fields than the ${fields.length} columns`;
    case recordFault.quote:
      return `${seen} follows a closing quote; double quotes inside a quoted field`;
    default:
      return `${seen} is not ${format === 'csv' ? 'CSV' : 'JSON'}`;
  }
}

/** The bytes at `address`, short, as error texts show them. */
function shown(input: Input, address: number): string {
  const stop = Math.min(input.end, address + 24);
  const text = utf8Text.decode(input.copy(Math.max(address, input.start), Math.max(stop, input.start)));
  return text === '' ? 'the end' : JSON.stringify(text.split('\n')[0] || '\n');
}
