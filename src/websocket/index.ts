export { type ToWebsocketOptions, toWebsocket } from './sink.ts';
export { type FromWebsocketOptions, fromWebsocket, type WebsocketMessage } from './source.ts';
