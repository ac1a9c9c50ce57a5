import type { Codec } from '../codec/codec.ts';
import { OptionError } from '../errors.ts';
import type { DataFrame } from '../frame/data-frame.ts';
import type { OpenOptions } from '../frame/open-frame.ts';
import { fromKafka, toKafka } from '../kafka/index.ts';
import { fromMqtt, toMqtt } from '../mqtt/index.ts';
import type { Operator } from '../stream/operator.ts';
import type { Stream } from '../stream/stream.ts';
import { fromWebsocket, toWebsocket } from '../websocket/index.ts';
import type { Place } from './places.ts';

interface Address {
  readonly scheme: string;
  /** `user:password@host:port`, several with commas. */
  readonly authority: string;
  /** Behind the slash, decoded. */
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
}

/** Topics hold what means something in other URIs (`#`, `+`), and brokers come in lists. @throws OptionError */
function addressOf(uri: string, known: readonly string[]): Address {
  const parts = /^([a-z]+):\/\/([^/?]*)\/?([^?]*)(?:\?(.*))?$/i.exec(uri);
  if (!parts) throw new OptionError('uri', `${uri} is no URI such as kafka://host:9092/topic`);
  const [, scheme, authority, name, query] = parts as unknown as [string, string, string, string, string?];
  const options = new Map(new URLSearchParams(query ?? ''));
  for (const option of options.keys()) {
    if (known.includes(option)) continue;
    const there = known.length > 0 ? `there is ${known.join(', ')}` : 'there are none';
    throw new OptionError(option, `${scheme}: ?${option}= is unknown; ${there}`);
  }
  return { scheme: scheme.toLowerCase(), authority, name: decodeURIComponent(name), options };
}

function named(uri: string, known: readonly string[]): Address {
  const address = addressOf(uri, known);
  if (address.name !== '') return address;
  throw new OptionError('uri', `${address.scheme}: ${uri} names no topic; write ${address.scheme}://host:port/topic`);
}

/** @throws OptionError when the option is none of these */
function choice<T extends string>(
  options: ReadonlyMap<string, string>,
  name: string,
  values: readonly T[],
): T | undefined {
  const value = options.get(name);
  if (value === undefined || values.includes(value as T)) return value as T | undefined;
  throw new OptionError(name, `?${name}=${value}: there is ${values.join(', ')}`);
}

function countOf(options: ReadonlyMap<string, string>, name: string): number | undefined {
  const text = options.get(name);
  if (text === undefined || /^\d+$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new OptionError(name, `?${name}=${text} is no whole number`);
}

async function framed(
  stream: Stream<any>,
  uri: string,
  { codec, index, outOfOrder, idleAfter, onBadRecord, memory }: OpenOptions,
): Promise<DataFrame> {
  const messages = codec as Codec | undefined;
  if (!messages?.schema) {
    throw new OptionError(
      'schema',
      `--from: ${uri} does not tell its columns; add --schema 'at: timestamp[ms], x: f64'`,
    );
  }
  return stream.toDataFrame(messages, { index, outOfOrder, idleAfter, onBadRecord, memory, source: uri });
}

function brokersOf({ authority, options }: Address) {
  const at = authority.lastIndexOf('@');
  const [username, password] = authority.slice(0, Math.max(at, 0)).split(':').map(decodeURIComponent);
  return {
    bootstrapBrokers: authority.slice(at + 1) || 'localhost:9092',
    ...(choice(options, 'tls', ['true', 'false']) === 'true' ? { tls: {} } : {}),
    ...(at < 0 ? {} : { sasl: { mechanism: 'PLAIN', username, password } }),
  };
}

const places = ['beginning', 'end'] as const;

/**
 * `kafka://host:port/topic`: a topic of Kafka. Read with `?group=…&start=beginning|end&otherwise=beginning|end`; written with
 * `?key=column` (a message for each row, with that key), `?rows=100` (rows of a message), `?compression=lz4`.
 */
export const kafkaPlace: Place = {
  messages: true,
  open: (uri, options) => {
    const address = named(uri, ['group', 'start', 'otherwise', 'tls']);
    const groupId = address.options.get('group');
    const start = choice(address.options, 'start', [...places, 'committed']);
    const otherwise = choice(address.options, 'otherwise', places);
    return framed(fromKafka(address.name, { ...brokersOf(address), groupId, start, otherwise }), uri, options);
  },
  send: (uri, codec, schema) => {
    const address = named(uri, ['key', 'rows', 'compression', 'tls']);
    const key = address.options.get('key');
    const rows = countOf(address.options, 'rows') ?? (key === undefined ? undefined : 1);
    if (key !== undefined && rows !== 1)
      throw new OptionError('rows', '?rows= and ?key= exclude each other: a key is of one row');
    if (key !== undefined) schema.field(key, 'to');
    const compression = choice(address.options, 'compression', ['none', 'gzip', 'snappy', 'lz4', 'zstd']);
    const keyOf = key === undefined ? undefined : (batch: any) => `${batch.column(key).get(0) ?? ''}`;
    return toKafka(address.name, { ...brokersOf(address), codec, rows, compression, key: keyOf });
  },
};

/** `mqtt://host:port/topic/with/slashes`: topics of an MQTT broker. Read with `?qos=0&client=name`; written with `?qos=1&retain=true`. */
export const mqttPlace: Place = {
  messages: true,
  open: (uri, options) => {
    const { scheme, authority, name, options: given } = named(uri, ['qos', 'client']);
    const qos = Number(choice(given, 'qos', ['0', '1']) ?? 1) as 0 | 1;
    return framed(
      fromMqtt(name, { url: `${scheme}://${authority}`, qos, clientId: given.get('client') }),
      uri,
      options,
    );
  },
  send: (uri, codec) => {
    const { scheme, authority, name, options } = named(uri, ['qos', 'retain', 'rows']);
    const qos = Number(choice(options, 'qos', ['0', '1', '2']) ?? 1) as 0 | 1 | 2;
    const retain = choice(options, 'retain', ['true', 'false']) === 'true';
    return toMqtt(name, { url: `${scheme}://${authority}`, qos, retain, codec, rows: countOf(options, 'rows') });
  },
};

/** `ws://host:port/path`: read, a server that clients send rows to; written, the server that gets them. */
export const websocketPlace: Place = {
  messages: true,
  open: (uri, options) => {
    const { scheme, authority, name } = addressOf(uri, []);
    if (scheme !== 'ws')
      throw new OptionError('from', `--from: ${uri}: rows are taken over ws://; TLS ends at a proxy`);
    const [, host, port] = /^(.*?):?(\d*)$/.exec(authority)!;
    const address = host?.replace(/^\[(.*)\]$/, '$1');
    const place = { ...(address ? { host: address } : {}), ...(name === '' ? {} : { path: `/${name}` }) };
    return framed(fromWebsocket(Number(port || 80), place), uri, options);
  },
  send: (uri, codec): Operator<unknown, unknown> => toWebsocket(uri, { codec }),
};
