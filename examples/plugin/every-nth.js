/** `stream.everyNth(3)`: built from nodes that are there. */
export default function everyNth(n) {
  return this.slice(0, null, n);
}
