import { allTypes } from '../arbitrary.ts';
import { present } from '../reference/aggregate.ts';
import { each } from './_cells.ts';
import { accumulatorContract } from './contract.ts';

for (const n of [0, 2, -1, -3]) {
  accumulatorContract('nth', {
    types: each(allTypes),
    parameters: { n },
    plain: rows => present(rows).at(n) ?? null,
    invertible: true,
  });
}
