import { call, type Expression, literal } from '../expr/expression.ts';
import { type DataType, isFloat } from '../schema/data-type.ts';

/** A key whose NaN is null, so that rows without a number are in no group; one that is so already stays as it is. */
export const presentKey = (key: Expression, type: DataType): Expression =>
  !isFloat(type) || isPresent(key) ? key : call('ifElse', [call('isna', [key]), literal(null), key]);

function isPresent(key: Expression): boolean {
  if (key.kind !== 'call' || key.op !== 'ifElse') return false;
  const [condition, missing, value] = key.args;
  return condition!.key === call('isna', [value!]).key && missing!.kind === 'literal' && missing!.value === null;
}
