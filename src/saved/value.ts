import { Batch } from '../column/batch.ts';
import {
  loadBatch,
  loadVector,
  type SavedBatch,
  type SavedVector,
  saveBatch,
  saveVector,
} from '../column/saved-batch.ts';
import { Vector } from '../column/vector.ts';
import { StateError } from '../errors.ts';

/** A value in two parts: what JSON can say, and the bytes beside it, which it refers to by their place. */
export interface Packed {
  readonly json: unknown;
  readonly buffers: readonly Uint8Array[];
}

type TypedArray = ArrayBufferView & { readonly length: number };
type Entries = readonly (readonly [unknown, unknown])[];

/** What JSON can't say, under a key that no plain object here has: `{ "$": "bigint", "of": "12" }`. */
type Special =
  | { readonly $: 'undefined' }
  | { readonly $: 'number' | 'bigint'; readonly of: string }
  | { readonly $: 'Date'; readonly of: number | null }
  | { readonly $: 'Set'; readonly of: readonly unknown[] }
  | { readonly $: 'Map' | 'Object'; readonly of: Entries }
  | { readonly $: 'Batch' | 'Vector'; readonly of: unknown }
  /** The place of its bytes. */
  | { readonly $: ViewName | 'ArrayBuffer'; readonly of: number };

type ViewMaker = new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView;

const views = /* @__PURE__ */ Object.freeze({
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
});
type ViewName = keyof typeof views;

/**
 * Takes a value apart: plain objects and arrays, strings, booleans, null and undefined, any number, bigint, `Date`, `Map`, `Set`, typed
 * arrays, `Batch` and `Vector`. Bytes are not copied. An object that is met twice comes back as two, but bytes are kept once.
 *
 * @throws StateError for functions, symbols, instances of classes, and what contains itself; it names the place
 */
export function packValue(value: unknown): Packed {
  const packing = new Packing();
  return { json: packing.pack(value, []), buffers: packing.buffers };
}

/** What `packValue` took apart. */
export function unpackValue(json: unknown, buffers: readonly Uint8Array[]): unknown {
  if (Array.isArray(json)) return json.map(item => unpackValue(item, buffers));
  if (typeof json !== 'object' || json === null) return json;
  if ('$' in json) return unpackSpecial(json as Special, buffers);
  return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, unpackValue(item, buffers)]));
}

/**
 * A copy that shares nothing with the value, of what a checkpoint keeps.
 *
 * @throws StateError as `packValue`
 */
export function copyValue<T>(value: T): T {
  const { json, buffers } = packValue(value);
  return unpackValue(
    json,
    buffers.map(bytes => Uint8Array.from(bytes)),
  ) as T;
}

class Packing {
  readonly buffers: Uint8Array[] = [];
  readonly #places = new Map<ArrayBufferView | ArrayBuffer, number>();
  /** The objects around the one in hand. */
  readonly #around = new Set<object>();

  pack(value: unknown, path: readonly string[]): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        if (Number.isFinite(value) && !Object.is(value, -0)) return value;
        return { $: 'number', of: Object.is(value, -0) ? '-0' : String(value) } satisfies Special;
      case 'bigint':
        return { $: 'bigint', of: String(value) } satisfies Special;
      case 'undefined':
        return { $: 'undefined' } satisfies Special;
      case 'object':
        return value === null ? null : this.#object(value, path);
      default:
        throw unsavable(`a ${typeof value}`, path);
    }
  }

  #object(value: object, path: readonly string[]): unknown {
    if (ArrayBuffer.isView(value)) return { $: viewName(value, path), of: this.#place(value) } satisfies Special;
    if (value instanceof ArrayBuffer) return { $: 'ArrayBuffer', of: this.#place(value) } satisfies Special;
    if (value instanceof Date) {
      const ms = value.getTime();
      return { $: 'Date', of: Number.isNaN(ms) ? null : ms } satisfies Special;
    }
    if (this.#around.has(value)) throw unsavable('an object that contains itself', path);
    this.#around.add(value);
    const packed = this.#container(value, path);
    this.#around.delete(value);
    return packed;
  }

  #container(value: object, path: readonly string[]): unknown {
    if (Array.isArray(value)) return Array.from(value, (item, at) => this.pack(item, [...path, String(at)]));
    if (value instanceof Map) return { $: 'Map', of: this.#entries(value, path) } satisfies Special;
    if (value instanceof Set) {
      return { $: 'Set', of: Array.from(value, item => this.pack(item, path)) } satisfies Special;
    }
    if (value instanceof Batch) return { $: 'Batch', of: this.pack(saveBatch(value), path) } satisfies Special;
    if (value instanceof Vector) return { $: 'Vector', of: this.pack(saveVector(value), path) } satisfies Special;
    if (!isPlain(value)) throw unsavable(`an instance of ${value.constructor.name}`, path);
    const entries = this.#entries(Object.entries(value), path);
    if ('$' in value) return { $: 'Object', of: entries } satisfies Special;
    return Object.fromEntries(entries as Iterable<readonly [string, unknown]>);
  }

  #entries(entries: Iterable<readonly [unknown, unknown]>, path: readonly string[]): [unknown, unknown][] {
    return Array.from(entries, ([key, item]) => [this.pack(key, path), this.pack(item, [...path, String(key)])]);
  }

  #place(view: ArrayBufferView | ArrayBuffer): number {
    let place = this.#places.get(view);
    if (place === undefined) {
      this.#places.set(view, (place = this.buffers.length));
      this.buffers.push(
        ArrayBuffer.isView(view) ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : new Uint8Array(view),
      );
    }
    return place;
  }
}

function unpackSpecial(special: Special, buffers: readonly Uint8Array[]): unknown {
  const unpack = (item: unknown): unknown => unpackValue(item, buffers);
  const entries = (of: Entries): [unknown, unknown][] => of.map(([key, item]) => [unpack(key), unpack(item)]);
  switch (special.$) {
    case 'undefined':
      return undefined;
    case 'number':
      return Number(special.of);
    case 'bigint':
      return BigInt(special.of);
    case 'Date':
      return new Date(special.of ?? Number.NaN);
    case 'Set':
      return new Set(special.of.map(unpack));
    case 'Map':
      return new Map(entries(special.of));
    case 'Object':
      return Object.fromEntries(entries(special.of) as [string, unknown][]);
    case 'Batch':
      return loadBatch(unpack(special.of) as SavedBatch);
    case 'Vector':
      return loadVector(unpack(special.of) as SavedVector);
    case 'ArrayBuffer':
      return buffers[special.of]!.slice().buffer;
    default:
      return viewOf(special.$, buffers[special.of]!);
  }
}

function viewOf(name: ViewName, bytes: Uint8Array): ArrayBufferView {
  const View: ViewMaker & { readonly BYTES_PER_ELEMENT?: number } = views[name];
  const width = View.BYTES_PER_ELEMENT ?? 1;
  const whole = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  return new View(whole.buffer as ArrayBuffer, whole.byteOffset, whole.byteLength / width);
}

/** A subclass, such as Node's Buffer, is the typed array below it. */
function viewName(view: ArrayBufferView, path: readonly string[]): ViewName {
  const name =
    view instanceof DataView ? 'DataView' : (view as TypedArray & { [Symbol.toStringTag]: string })[Symbol.toStringTag];
  if (name in views) return name as ViewName;
  throw unsavable(`a ${name}`, path);
}

/** Made by `{}` or `Object.create(null)`, also in another realm. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

const unsavable = (what: string, path: readonly string[]): StateError =>
  new StateError(
    `checkpoint: ${what} at ${path.join('.') || 'the top'} can't be saved; keep states of plain objects, arrays, Maps, Sets, Dates, numbers, texts and typed arrays`,
  );
