import { SchemaError } from '../errors.ts';
import { type DataType, isNumeric, isTemporal, typeText } from '../schema/data-type.ts';

/** Numbers and bool: what sums and moments take. */
export const isAddable = (type: DataType): boolean => isNumeric(type) || type.kind === 'bool';

/** Everything but text and binary. */
export const isFixed = (type: DataType): boolean => isAddable(type) || isTemporal(type);

/** What can be told apart and put in order: everything but binary. */
export const isCountable = ({ kind }: DataType): boolean => kind !== 'binary';

/** @throws SchemaError unless every type passes `test` */
export function demand(
  name: string,
  types: readonly DataType[],
  test: (type: DataType) => boolean,
  expected: string,
): void {
  for (const type of types) {
    if (!test(type)) {
      throw new SchemaError(`${name}: takes ${expected}, not ${typeText(type)}; cast the column first`, { expected });
    }
  }
}
