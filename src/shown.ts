/**
 * A class whose instances `console.log` shows as text, not by their private parts: as `alone` says where it is looked at one by itself, elsewhere as its
 * `toString()`.
 *
 * A base class, as the method that Node, Deno and Bun ask for has no name but a symbol, and bundlers keep every class that has such a key in its body.
 */
export function shownClass(alone: (value: any) => string = String): new () => object {
  class Shown {}
  function shown(this: object, depth: number, options: { readonly depth: number }): string {
    return depth === options.depth ? alone(this) : String(this);
  }
  Object.defineProperty(Shown.prototype, Symbol.for('nodejs.util.inspect.custom'), { value: shown });
  return Shown;
}

/** What inherits from it is shown by its `toString()`. */
export const Shown = /* @__PURE__ */ shownClass();
