/** A rival library, from bench/peer/node_modules: `const { Subject } = await peer('rxjs')`. */
export const peer = name => import(name);
