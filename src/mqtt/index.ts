export type { MqttConnectionOptions } from './_client.ts';
export { type MqttTopic, type ToMqttOptions, toMqtt } from './sink.ts';
export { type FromMqttOptions, fromMqtt, type MqttMessage } from './source.ts';
