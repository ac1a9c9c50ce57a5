import type { Parameters } from '../aggregate/accumulator.ts';
import { OptionError, SchemaError } from '../errors.ts';
import type { AggregateCall, Expression } from '../expr/expression.ts';

/** What an aggregation or a remembering column takes. */
export interface Signature {
  readonly name: string;
  readonly arity: readonly [number, number];
  readonly parameters: Parameters;
}

/**
 * Tells a call's columns from its parameters: constants behind the columns are parameters in their order, so `quantile(x, 0.9)` is
 * `quantile(x, q=0.9)`.
 *
 * @throws SchemaError for too many or too few columns; OptionError for an unknown parameter
 */
export function callParts(
  call: AggregateCall,
  { name, arity: [least, most], parameters: defaults }: Signature,
  verb: string,
): { readonly args: readonly Expression[]; readonly parameters: Parameters } {
  const allowed = Object.keys(defaults);
  const parameters: Record<string, number | string | boolean> = { ...defaults };
  for (const [at, extra] of call.args.slice(most).entries()) {
    const value = extra.kind === 'literal' ? extra.value : null;
    const parameter = allowed[at];
    if (parameter === undefined || value === null || typeof value === 'object') {
      const takes = `${least === most ? most : `${least} to ${most}`} column${most === 1 ? '' : 's'}`;
      throw new SchemaError(
        `${verb}: ${name}() takes ${takes}${allowed.length > 0 ? ` and ${allowed.join(', ')}` : ''}; ${extra.key} is too much`,
      );
    }
    parameters[parameter] = typeof value === 'bigint' ? Number(value) : value;
  }
  for (const [parameter, value] of Object.entries(call.parameters)) {
    if (!allowed.includes(parameter)) {
      const known = allowed.length > 0 ? `it has ${allowed.join(', ')}` : 'it has none';
      throw new OptionError(parameter, `${verb}: ${name}() has no parameter "${parameter}"; ${known}`);
    }
    parameters[parameter] = value;
  }
  const args = call.args.slice(0, most);
  if (args.length < least) throw new SchemaError(`${verb}: ${name}() needs a column, as in ${name}(price)`);
  return { args, parameters };
}
