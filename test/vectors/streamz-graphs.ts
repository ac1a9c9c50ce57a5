import type { Kind } from './family.ts';
export const streamzGraphs: Kind = {
  name: 'graphs',
  accepts: () => false,
  async run() {
    return { problems: ['x'] };
  },
};
