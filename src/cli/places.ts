import type { Codec } from '../codec/codec.ts';
import { OptionError } from '../errors.ts';
import type { DataFrame } from '../frame/data-frame.ts';
import type { FrameSink } from '../frame/frame-sink.ts';
import type { OpenOptions } from '../frame/open-frame.ts';
import type { Schema } from '../schema/schema.ts';
import type { Operator } from '../stream/operator.ts';
import type { ByteSink } from '../transport/byte-sink.ts';

/** A transport that the command can reach by URI. */
export interface Place {
  /** Rows from `uri`, for `--from`. */
  open?(uri: string, options: OpenOptions): Promise<DataFrame>;
  /** Bytes to `uri`, for `--to`; behind so many that are there, or null: from the beginning. */
  create?(uri: string, length: number | null): Promise<ByteSink>;
  /** Rows to `uri`, for `--to`, where the place has a form of its own for them. */
  output?(uri: string, schema: Schema): Promise<FrameSink>;
  /** It deals in messages: their format is NDJSON unless it is told, and `--schema` tells their columns. */
  readonly messages?: boolean;
  /** Batches to `uri` as messages, for `--to`. */
  send?(uri: string, codec: Codec, schema: Schema): Operator<unknown, unknown>;
}

/** Transports by the scheme of their URIs; each is loaded when a URI names it. */
const places: ReadonlyMap<string, () => Promise<Place>> = /* @__PURE__ */ new Map<string, () => Promise<Place>>([
  ['file', async () => (await import('./file-place.ts')).filePlace],
  ['kafka', async () => (await import('./message-places.ts')).kafkaPlace],
  ['mqtt', async () => (await import('./message-places.ts')).mqttPlace],
  ['mqtts', async () => (await import('./message-places.ts')).mqttPlace],
  ['ws', async () => (await import('./message-places.ts')).websocketPlace],
  ['wss', async () => (await import('./message-places.ts')).websocketPlace],
  ['river', async () => (await import('./river-place.ts')).riverPlace],
]);

/**
 * The transport of a URI, or null when `text` is a path.
 *
 * @throws OptionError for a scheme that nobody serves
 */
export async function placeOf(option: 'from' | 'to', text: string): Promise<Place | null> {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return null;
  const load = places.get(scheme);
  if (load) return load();
  throw new OptionError(
    option,
    `--${option}: no transport for ${scheme}://; there is ${[...places.keys()].join(', ')}`,
  );
}
