import { StateError } from '../errors.ts';

/** Several byte strings as one: their number, their lengths (u32), then each, padded to 8 bytes. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const head = padded(4 + 4 * parts.length);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + padded(part.length), head));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, parts.length, true);
  let at = head;
  for (const [i, part] of parts.entries()) {
    view.setUint32(4 + 4 * i, part.length, true);
    bytes.set(part, at);
    at += padded(part.length);
  }
  return bytes;
}

/**
 * What `joined` put together.
 *
 * @throws StateError when there are not `count` parts, or bytes are missing
 */
export function parted(bytes: Uint8Array, count: number, verb: string): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = padded(4 + 4 * count);
  if (bytes.length < head || view.getUint32(0, true) !== count) throw new StateError(misfit(verb));
  const parts: Uint8Array[] = [];
  let at = head;
  for (let i = 0; i < count; i++) {
    const length = view.getUint32(4 + 4 * i, true);
    if (at + length > bytes.length) throw new StateError(misfit(verb));
    parts.push(bytes.subarray(at, at + length));
    at += padded(length);
  }
  return parts;
}

export const misfit = (verb: string): string =>
  `restore: these bytes are no saved state of ${verb}; restore a checkpoint with the plan that wrote it`;

const padded = (bytes: number): number => (bytes + 7) & ~7;
