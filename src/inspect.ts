/** Names the method that tells `console.log` in Node (and Deno and Bun) what to show of a value. */
export const inspect: unique symbol = /* @__PURE__ */ Symbol.for('nodejs.util.inspect.custom') as never;
