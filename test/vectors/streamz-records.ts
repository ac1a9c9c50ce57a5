import type { Kind } from './family.ts';
export const streamzRecords: Kind = {
  name: 'records',
  accepts: () => false,
  async run() {
    return { problems: ['x'] };
  },
};
