import type { IClientOptions, MqttClient } from 'mqtt';
import { TransportError } from '../errors.ts';
import { clientModule, reasonOf } from '../transport/_client.ts';

export interface MqttConnectionOptions {
  /** Default `mqtt://localhost:1883`; also `mqtts://`, `ws://` and `wss://`, with `user:password@`. */
  readonly url?: string;
  readonly username?: string;
  readonly password?: string;
  /** More of what mqtt's `connect` takes: `{ ca, cert, key, keepalive, will, protocolVersion, … }`. */
  readonly client?: Readonly<Record<string, unknown>>;
}

const defaultUrl = 'mqtt://localhost:1883';

/** A URL without the password, for errors. */
export const placeText = (url: string = defaultUrl): string => url.replace(/\/\/[^/]*@/, '//');

/**
 * An open connection; it is not mended by itself when it breaks. `prepare` is called before anything can come.
 *
 * @throws TransportError when the broker can't be reached or does not let us in
 */
export async function connected(
  verb: string,
  { url = defaultUrl, username, password, client }: MqttConnectionOptions,
  more: IClientOptions,
  signal: AbortSignal,
  prepare: (client: MqttClient) => void = () => {},
): Promise<MqttClient> {
  const { connect } = await clientModule(verb, 'mqtt', () => import('mqtt'));
  const options = { ...client, ...more, reconnectPeriod: 0 };
  if (username !== undefined) Object.assign(options, { username });
  if (password !== undefined) Object.assign(options, { password });
  const failed = (cause: unknown): TransportError =>
    new TransportError(`${verb}: ${placeText(url)}: ${reasonOf(cause)}`, { cause });
  let mqtt: MqttClient;
  try {
    mqtt = connect(url, options);
    prepare(mqtt);
  } catch (cause) {
    throw failed(cause); // mqtt does not know the protocol
  }
  return new Promise((resolve, reject) => {
    const settle = (): void => signal.removeEventListener('abort', stop);
    const stop = (): void => {
      mqtt.end(true);
      reject(signal.reason);
    };
    if (signal.aborted) {
      stop();
      return;
    }
    signal.addEventListener('abort', stop, { once: true });
    mqtt.once('connect', () => {
      settle();
      resolve(mqtt);
    });
    // also later: the close that follows says enough
    mqtt.on('error', cause => {
      settle();
      reject(failed(cause));
      mqtt.end(true);
    });
    mqtt.once('close', () => {
      settle();
      reject(failed(new Error('the connection was closed during the handshake')));
    });
  });
}
