import { OptionError } from '../../errors.ts';

/** How to find the key of an element: a function, or the name or position of a field. */
export type Key<T> = ((x: T) => unknown) | (T extends object ? keyof T : never) | string | number;

/** A function that gives an element's key. */
export function keyFunction<T>(key: Key<T> | undefined): (x: T) => unknown {
  if (key === undefined) return x => x;
  if (typeof key === 'function') return key as (x: T) => unknown;
  return x => pick(x, key as string | number, 'key');
}

/**
 * The field or position `key` of `x`; positions below 0 count from the end.
 *
 * @throws RangeError when there is none
 */
export function pick(x: unknown, key: PropertyKey, verb: string): unknown {
  if (x instanceof Map) {
    if (x.has(key)) return x.get(key);
  } else if (typeof key === 'number' && (Array.isArray(x) || typeof x === 'string' || ArrayBuffer.isView(x))) {
    const { length } = x as ArrayLike<unknown>;
    const at = key < 0 ? length + key : key;
    if (at >= 0 && at < length) return (x as ArrayLike<unknown>)[at];
  } else if (typeof x === 'object' && x !== null && key in x) {
    return (x as Record<PropertyKey, unknown>)[key];
  }
  throw new RangeError(`${verb}: no ${typeof key === 'number' ? 'position' : 'field'} ${String(key)} in ${shown(x)}`);
}

/** A value as errors show it. */
export function shown(x: unknown): string {
  if (typeof x !== 'object' || x === null) return String(x);
  if (Array.isArray(x)) return `an array of ${x.length}`;
  const names = Object.keys(x);
  return `an object with ${names.length === 0 ? 'no fields' : names.slice(0, 8).join(', ')}`;
}

/**
 * What a `Set` can find equal: primitives as they are, arrays of such by their content (streamz's tuples).
 *
 * @throws TypeError for objects, which have no value to compare by
 */
export function hashable(x: unknown, verb: string): unknown {
  if (Array.isArray(x)) return `[${x.map(item => typed(hashable(item, verb))).join(',')}]`;
  if (x instanceof Date) return `date ${x.getTime()}`;
  if ((typeof x !== 'object' || x === null) && typeof x !== 'function') return typeof x === 'string' ? `"${x}` : x;
  throw new TypeError(
    `${verb}: ${shown(x)} can't be looked up by value; give key: a function or a field's name, or hashable: false to compare by equality`,
  );
}

const typed = (x: unknown): string => (typeof x === 'string' ? JSON.stringify(x) : `${typeof x} ${String(x)}`);

/** Equality by value, as deep as arrays, plain objects, maps, sets and dates go. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((x, i) => sameValue(x, b[i]));
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date) return a.getTime() === (b as Date).getTime();
  if (a instanceof Map || a instanceof Set) return sameValue([...a], [...(b as Iterable<unknown>)]);
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      name => name in b && sameValue((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]),
    )
  );
}

/** @throws OptionError unless it is a function */
export function callable<F>(verb: string, fn: F, option = 'fn'): F {
  if (typeof fn === 'function') return fn;
  throw new OptionError(option, `${verb}: ${shown(fn)} can't be called; give a function`);
}

/** @throws OptionError unless `value` is a whole number of at least `least` */
export function wholeNumber(verb: string, option: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new OptionError(option, `${verb}: ${option} is ${value}; give a whole number, ${least} or more`);
}

/** The same, or Infinity. */
export function capacity(verb: string, option: string, value: number, least = 0): number {
  return value === Number.POSITIVE_INFINITY ? value : wholeNumber(verb, option, value, least);
}

export const isPromise = (x: unknown): x is Promise<unknown> =>
  typeof x === 'object' && x !== null && typeof (x as { then?: unknown }).then === 'function';
