import { type Constant, type Expression, literal } from '../expr/expression.ts';

/** A constant where text would be read as an expression: `assign({ venue: lit('XNAS') })`. */
export const lit = (value: Constant): Expression => literal(value);
