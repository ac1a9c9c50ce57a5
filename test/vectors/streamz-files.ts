import type { Kind } from './family.ts';
export const streamzFiles: Kind = {
  name: 'files',
  accepts: () => false,
  async run() {
    return { problems: ['x'] };
  },
};
