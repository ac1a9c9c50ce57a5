import { OptionError, SchemaError } from '../errors.ts';
import { type DataType, type Float64, f64, isVariable, typeText } from '../schema/data-type.ts';
import { isAddable } from './_types.ts';
import type { Aggregation } from './accumulator.ts';
import { WasmAccumulator } from './wasm-accumulator.ts';
import { checkedModule } from './wasm-module.ts';

export interface WasmAggregationOptions<T extends DataType = Float64> {
  /** For errors and `explain()`. */
  readonly name?: string;
  /** Types of the columns as the module reads them; default one f64. A column of any number type is cast to f64; others must be of the type itself. */
  readonly takes?: readonly DataType[];
  /** Type of `result()`; default f64. */
  readonly returns?: T;
}

let count = 0;

/**
 * An aggregation by a user's WebAssembly module, from AssemblyScript, Rust, C or text: `t.price.aggregate(wasmAggregation(bytes))` in `agg`, behind
 * `groupby` and over any window. What the module exports is told in docs/aggregations.md.
 *
 * Every state lives in an instance and a memory of the module's own. A module that traps, or writes outside its state, fails its
 * frame with a `StateError`.
 *
 * @throws OptionError when the bytes are no module, lack a function, or import anything but a memory and `abort`
 */
export function wasmAggregation<T extends DataType = Float64>(
  bytes: BufferSource | WebAssembly.Module,
  { name = 'wasm', takes = [f64()], returns = f64() as DataType as T }: WasmAggregationOptions<T> = {},
): Aggregation<T> {
  const needs = checkedModule(bytes, `wasmAggregation ${name}`);
  for (const type of [...takes, returns]) {
    if (!isVariable(type) && type.kind !== 'dictionary') continue;
    throw new OptionError(
      'takes',
      `wasmAggregation ${name}: ${typeText(type)} has no fixed width; take numbers, bools or times`,
    );
  }
  const kind = `${name} wasm ${++count}`; // two modules never share a state
  return {
    name,
    arity: [takes.length, takes.length],
    parameters: {},
    lacks: {
      ...(needs.functions.has('on_old') ? {} : { onOld: 'the module exports no on_old()' }),
      ...(needs.functions.has('merge') ? {} : { merge: 'the module exports no merge(state, other)' }),
    },
    resultType(types) {
      for (const [at, type] of types.entries()) {
        const wanted = takes[at]!;
        if (wanted.kind === type.kind || (wanted.kind === 'float64' && isAddable(type))) continue;
        throw new SchemaError(`${name}: takes ${typeText(wanted)}, not ${typeText(type)}; cast the column first`, {
          expected: typeText(wanted),
        });
      }
      return returns;
    },
    kind: () => ({
      name: kind,
      ordered: true,
      create: options => new WasmAccumulator({ name, needs, takes, returns }, options),
    }),
  };
}
