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
      return `${valueAt(input, at)} is no ${type}`;
    case recordFault.range:
      return `${valueAt(input, at)} does not fit ${type}; give a schema with a wider type`;
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

/** The value at `address`, up to its closing quote or what stands between values. */
function valueAt(input: Input, address: number): string {
  const quoted = address > input.start && textAt(input, address - 1, 1) === '"';
  const [value] = textAt(input, address, 40).split(quoted ? '"' : /[,;\t|}\]\s]/);
  return value ? JSON.stringify(value) : shown(input, address);
}

/** The bytes at `address`, short, as error texts show them. */
function shown(input: Input, address: number): string {
  const text = textAt(input, address, 24);
  return text === '' ? 'the end' : JSON.stringify(text.split('\n')[0] || '\n');
}

function textAt(input: Input, address: number, bytes: number): string {
  const stop = Math.min(input.end, address + bytes);
  return utf8Text.decode(input.copy(Math.max(address, input.start), Math.max(stop, input.start)));
}
