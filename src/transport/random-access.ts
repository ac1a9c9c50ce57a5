import type { RandomAccess } from '../codec/codec.ts';
import { TransportError } from '../errors.ts';
import { attempt } from './_failed.ts';
import { builtin } from './_node.ts';

/** Node reads less than 2 GiB at a time. */
const mostAtOnce = 1 << 30;

/**
 * A file that is read at any place.
 *
 * @throws TransportError when it can't be opened, or is no regular file
 */
export async function randomAccess(path: string): Promise<RandomAccess & { close(): Promise<void> }> {
  const handle = await attempt(path, () => builtin('fs', 'open').promises.open(path, 'r'));
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    throw new TransportError(`open: ${path} is no regular file; this format is read from its end and wants one`);
  }
  return {
    byteLength: stats.size,
    async slice(start, end) {
      const buffer = new ArrayBuffer(Math.max(0, Math.min(end, stats.size) - start));
      const view = new Uint8Array(buffer);
      for (let at = 0; at < view.length; ) {
        const { bytesRead } = await attempt(path, () =>
          handle.read(view, at, Math.min(view.length - at, mostAtOnce), start + at),
        );
        if (bytesRead === 0) throw new TransportError(`read: ${path} became shorter while it was read`);
        at += bytesRead;
      }
      return buffer;
    },
    close: () => handle.close(),
  };
}
