export type { KafkaConnectionOptions } from './_client.ts';
export type { KafkaPosition, KafkaSourceOptions, KafkaStart } from './_options.ts';
export type { Compression } from './_producer-line.ts';
export { KafkaMessage } from './message.ts';
export { type KafkaSink, type KafkaTopic, type ToKafkaOptions, toKafka } from './sink.ts';
export {
  type FromKafkaBatchedOptions,
  type FromKafkaOptions,
  fromKafka,
  fromKafkaBatched,
  KafkaStream,
} from './source.ts';
