import { OptionError } from '../errors.ts';
import { aggregate, column, type Expression } from '../expr/expression.ts';
import type { Field } from '../schema/schema.ts';
import { everything, type WindowScheme, windowText } from '../window/window.ts';
import type { DataFrameBase } from './data-frame.ts';
import { Ewm, type EwmOptions, ewmCall } from './ewm.ts';
import { type Named, projectPlan } from './plan.ts';
import { FrameRolling, rollingCall } from './rolled.ts';
import type { RollingOptions } from './rolling.ts';
import { keyedBy } from './scans.ts';
import type { DataFrame } from './types.ts';
import { checkedExtent } from './window-checks.ts';

/** The rows of a frame by key. */
export interface GroupedRows {
  readonly frame: DataFrameBase<any>;
  readonly keys: readonly Named[];
  readonly window: WindowScheme;
  /** The columns that were picked, else those that are no keys; only those of numbers and bool, if they must be. */
  columns(verb: string, numeric: boolean): readonly Field[];
}

/**
 * The keys, and for each row what `make` gives of each column and remembers by group. Rows come in their order; those whose key is missing
 * have no value.
 */
export function eachRow(
  rows: GroupedRows,
  verb: string,
  make: (column: Expression) => Expression,
  numeric = true,
): any {
  return rowsOf(rows, rows.columns(verb, numeric), verb, make);
}

/** See `GroupBy.rolling`. */
export function rollingRows(
  rows: GroupedRows,
  window: number | string,
  options: RollingOptions,
): FrameRolling<any, any, any, any> {
  refuseWindow(rows, 'rolling');
  const { frame, keys } = rows;
  checkedExtent(frame.plan, window);
  const by = keys.map(({ expression }) => expression);
  const show = (columns: readonly Named[], verb: string): DataFrame<any> =>
    frame.derive(projectPlan(frame.plan, [...keys, ...columns], verb));
  const over = (fields: readonly Field[]): FrameRolling<any, any, any, any> =>
    new FrameRolling(
      frame,
      by,
      window,
      options,
      (verb, parameters, others) => rowsOf(rows, fields, verb, x => rollingCall(verb, x, parameters, others)),
      show,
    );
  const all = over(rows.columns('rolling', true));
  for (const field of rows.columns('rolling', false)) {
    if (field.name in all) continue; // a method's name: pick() reaches the column
    Object.defineProperty(all, field.name, { get: () => over([field]), enumerable: true });
  }
  return all;
}

/** See `GroupBy.ewm`. */
export function ewmRows(rows: GroupedRows, decay: EwmOptions): Ewm<any> {
  refuseWindow(rows, 'ewm');
  return new Ewm(decay, (verb, parameters, others) => eachRow(rows, verb, x => ewmCall(verb, x, parameters, others)));
}

/** A remembering column of `x`. */
export const remembered =
  (name: string, n?: number) =>
  (x: Expression): Expression =>
    aggregate(name, [x], n === undefined ? {} : { n });

function rowsOf(
  rows: GroupedRows,
  fields: readonly Field[],
  verb: string,
  make: (column: Expression) => Expression,
): DataFrame<any> {
  refuseWindow(rows, verb);
  const { frame, keys } = rows;
  const by = keys.map(({ expression }) => expression);
  const columns = fields.map(({ name }) => ({ name, expression: keyedBy(make(column(name)), by, verb) }));
  return frame.derive(projectPlan(frame.plan, [...keys, ...columns], verb));
}

function refuseWindow({ window }: GroupedRows, verb: string): void {
  if (window === everything) return;
  throw new OptionError(
    'window',
    `${verb}: each row looks back by itself here, which can't be over ${windowText(window)}; group the frame`,
  );
}
