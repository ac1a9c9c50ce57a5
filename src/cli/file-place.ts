import { fileURLToPath } from 'node:url';
import { openFrame } from '../frame/open-frame.ts';
import { fileFormat } from '../transport/file-format.ts';
import { createFile } from '../transport/file-sink.ts';
import type { Place } from './places.ts';

/** `file:///tmp/trades.csv` is the file itself. */
export const filePlace: Place = {
  open: (uri, options) => openFrame(fileURLToPath(uri), options),
  create: (uri, length) => createFile(fileURLToPath(uri), fileFormat(uri).compression, length),
};
