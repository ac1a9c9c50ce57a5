const noHeaders: ReadonlyMap<string, Uint8Array> = /* @__PURE__ */ new Map();

type RawHeaders = readonly (readonly [name: Buffer | null, value: Buffer | null])[];

/** A message as it stands in a partition. */
export class KafkaMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970: when it was made, or stored if the topic says so. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  readonly #headers: RawHeaders;

  constructor(
    topic: string,
    partition: number,
    offset: number,
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array,
    headers: RawHeaders,
  ) {
    this.topic = topic;
    this.partition = partition;
    this.offset = offset;
    this.timestamp = timestamp;
    this.key = key;
    this.value = value;
    this.#headers = headers;
  }

  /** By name; of two with one name the last. */
  get headers(): ReadonlyMap<string, Uint8Array> {
    if (this.#headers.length === 0) return noHeaders;
    return new Map(this.#headers.map(([name, value]) => [name?.toString() ?? '', value ?? new Uint8Array(0)]));
  }
}
