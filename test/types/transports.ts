// What the compiler knows of the sources and sinks of brokers; checked by `npm run typecheck`, never run.
import { f64, ndjson, utf8 } from '../../src/index.ts';
import { fromKafka, fromKafkaBatched, type KafkaMessage, type KafkaStream, toKafka } from '../../src/kafka/index.ts';
import { fromMqtt, type MqttMessage, toMqtt } from '../../src/mqtt/index.ts';
import { Stream } from '../../src/stream/stream.ts';
import { fromWebsocket, toWebsocket, type WebsocketMessage } from '../../src/websocket/index.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => {};

const values = fromKafka('t', { groupId: 'g' });
same<typeof values, KafkaStream<Uint8Array>>(true);
const messages = fromKafka('t', { keys: true });
same<typeof messages, KafkaStream<KafkaMessage>>(true);
const lists = fromKafkaBatched('t');
same<typeof lists, KafkaStream<readonly Uint8Array[]>>(true);
const keyed = fromKafkaBatched('t', { keys: true });
same<typeof keyed, KafkaStream<readonly KafkaMessage[]>>(true);
const offset: number | undefined = values.position['t']?.[0];

const frame = values.toDataFrame(ndjson({ symbol: utf8(), price: f64() }));
frame.filter(t => t.price.gt(1));
// @ts-expect-error there is no such column
frame.prize;

const mqtt = fromMqtt('a/+');
same<typeof mqtt, Stream<MqttMessage>>(true);
const socket = fromWebsocket(0);
same<typeof socket, Stream<WebsocketMessage>>(true);

const orders = new Stream<{ customer: string }>();
const sent = orders.map(order => JSON.stringify(order)).through(toKafka<string>('orders', { key: text => text }));
same<typeof sent, Stream<string>>(true);
// @ts-expect-error no such acknowledgement
toKafka('orders', { acks: 2 });
// @ts-expect-error messages of quality 2 would be acknowledged before they are worked off
fromMqtt('a', { qos: 2 });
orders.through(toMqtt((order: { customer: string }) => order.customer));
frame.stream.through(toWebsocket('ws://localhost', { codec: ndjson() }));

const zipped = Stream.zip([values, 5, mqtt], { maxsize: 3 });
same<typeof zipped, Stream<[Uint8Array, 5, MqttMessage]>>(true);

export { offset };
