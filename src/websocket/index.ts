export type { WebsocketMessage } from './_connection.ts';
export { type ToWebsocketOptions, toWebsocket } from './sink.ts';
export { type FromWebsocketOptions, fromWebsocket } from './source.ts';
