import { TransportError } from '../errors.ts';
import { clientModule } from '../transport/_client.ts';

export interface KafkaConnectionOptions {
  /** `host:port` of one broker or several; default `localhost:9092`. */
  readonly bootstrapBrokers?: string | readonly string[];
  /** What brokers call us in their logs; default `millrace`. */
  readonly clientId?: string;
  /** `{ mechanism: 'PLAIN', username, password }`, or another mechanism of the client. */
  readonly sasl?: Readonly<Record<string, unknown>>;
  /** What `tls.connect` takes: `{ ca, cert, key, … }`; `{}` is TLS with what the system trusts. */
  readonly tls?: Readonly<Record<string, unknown>>;
  /** More of what the client's constructors take. */
  readonly client?: Readonly<Record<string, unknown>>;
}

export type KafkaModule = typeof import('@platformatic/kafka');

/** @throws TransportError that says what to install */
export const kafkaModule = (verb: string): Promise<KafkaModule> =>
  clientModule(verb, '@platformatic/kafka', () => import('@platformatic/kafka'));

export const brokersOf = ({ bootstrapBrokers = 'localhost:9092' }: KafkaConnectionOptions): string[] =>
  typeof bootstrapBrokers === 'string' ? bootstrapBrokers.split(',').map(part => part.trim()) : [...bootstrapBrokers];

/** What all clients are given. They try once: how long to go on is for us to say. */
export function clientOptions(options: KafkaConnectionOptions): {
  clientId: string;
  bootstrapBrokers: string[];
  retries: number;
} {
  const { clientId = 'millrace', sasl, tls, client } = options;
  return {
    ...(sasl ? { sasl } : {}),
    ...(tls ? { tls } : {}),
    retries: 0,
    ...client,
    clientId,
    bootstrapBrokers: brokersOf(options),
  };
}

/** The part of the client's errors that is used here. */
interface ClientError extends Error {
  readonly errors?: readonly unknown[];
  readonly code?: string;
  readonly apiId?: string;
  readonly path?: string;
  findBy?(property: string, value: unknown): unknown;
}

/** Whether the error, or one of those in it, has this property. */
export const says = (error: unknown, property: string, value: unknown): boolean =>
  !!(error as ClientError).findBy?.(property, value);

/** The first error that is no bundle of others: the client wraps what brokers say. */
function coreOf(error: unknown): ClientError {
  const { errors } = error as ClientError;
  return errors && errors.length > 0 ? coreOf(errors[0]) : (error as ClientError);
}

/** An error of the client in our words. */
export function failure(verb: string, options: KafkaConnectionOptions, cause: unknown): TransportError {
  if (cause instanceof TransportError) return cause;
  const { message, apiId, code } = coreOf(cause);
  const reason = message || apiId || code || 'the connection broke';
  const name = apiId && message ? ` (${apiId})` : '';
  return new TransportError(`${verb}: ${brokersOf(options).join(', ')}: ${reason.replace(/\.$/, '')}${name}`, {
    cause,
  });
}

/** Whether trying again can't help: wrong credentials, missing rights, a topic that is not there, a format nobody knows. */
export const isHopeless = (error: unknown): boolean =>
  error instanceof TransportError ||
  ['PLT_KFK_AUTHENTICATION', 'PLT_KFK_UNSUPPORTED_COMPRESSION', 'PLT_KFK_UNSUPPORTED_API'].includes(
    coreOf(error).code ?? '',
  ) ||
  /AUTHORIZATION_FAILED|INVALID_|UNSUPPORTED_/.test(coreOf(error).apiId ?? '') ||
  /^Unknown topic/.test(coreOf(error).message);
