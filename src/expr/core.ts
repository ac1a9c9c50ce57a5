import { type DataType, typeText } from '../schema/data-type.ts';

/** A constant as its type stores it: bigint for 64-bit integers and timestamps, number for the other numbers and date32. */
export type CoreValue = number | bigint | string | boolean | null;

/**
 * An expression after its types were checked: every operand has exactly the type its kernel takes, conversions are nodes of
 * their own, constants have the type of their place, sugar is gone. Equal nodes have equal keys.
 */
export interface Core {
  readonly op: string;
  readonly type: DataType;
  readonly args: readonly Core[];
  /** For `column`: position in the schema. */
  readonly place: number;
  /** For `literal`, and for operations with a constant parameter (`round`: decimals). */
  readonly value: CoreValue;
  /** For `isIn` and tests of text: what is looked for. */
  readonly set: readonly CoreValue[];
  readonly key: string;
}

const none: readonly CoreValue[] = [];

export function core(
  op: string,
  type: DataType,
  args: readonly Core[],
  extra: { place?: number; value?: CoreValue; set?: readonly CoreValue[] } = {},
): Core {
  const { place = -1, value = null, set = none } = extra;
  const parts = [
    ...args.map(({ key }) => key),
    ...(place < 0 ? [] : [`#${place}`]),
    ...(op === 'literal' || value !== null ? [valueKey(value)] : []),
    ...set.map(valueKey),
  ];
  return { op, type, args, place, value, set, key: `${op}:${typeText(type)}(${parts.join(',')})` };
}

function valueKey(value: CoreValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  return Object.is(value, -0) ? '-0' : String(value);
}

export const coreLiteral = (type: DataType, value: CoreValue): Core => core('literal', type, [], { value });

export const isLiteral = (node: Core): boolean => node.op === 'literal';
