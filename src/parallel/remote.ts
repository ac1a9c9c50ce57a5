/** An element on the workers' side: what it will be, perhaps still being worked out. */
export class Remote<T> {
  /** Resolves to the value; rejects when a worker failed at it. */
  readonly value: Promise<T>;

  constructor(value: Promise<T>) {
    this.value = value;
    // Whoever gathers the element sees its failure; until then it is no uncaught one.
    value.catch(() => {});
  }
}

/** A value with every `Remote` in it (also in arrays) in its place. */
export function resolved(value: unknown): unknown {
  if (value instanceof Remote) return value.value;
  if (Array.isArray(value) && value.some(holdsRemote)) return Promise.all(value.map(resolved));
  return value;
}

const holdsRemote = (value: unknown): boolean =>
  value instanceof Remote || (Array.isArray(value) && value.some(holdsRemote));
