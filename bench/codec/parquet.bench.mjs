// The 3,000,000 flights of vega-datasets to columns in linear memory, against hyparquet's own column reader.
import { readFileSync } from 'node:fs';
import { parquetRead } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { Memory, parquet } from '../../dist/internal.js';

const path = new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url);

export const cases = [
  {
    name: 'flights-3m.parquet to columns',
    against: "hyparquet's arrays of values",
    rows: 3_000_000,
    target: 3,
    rounds: 5,
    async setup() {
      const bytes = new Uint8Array(readFileSync(path)).buffer;
      const file = { byteLength: bytes.byteLength, slice: async (start, end) => bytes.slice(start, end) };
      const memory = new Memory();
      return {
        ours: async () => {
          let rows = 0;
          for await (const chunk of parquet().read(file, { memory })) rows += chunk.length;
          return rows;
        },
        theirs: async () => {
          let rows = 0;
          const onChunk = ({ columnName, columnData }) => {
            if (columnName === 'date') rows += columnData.length;
          };
          await parquetRead({ file, compressors, onChunk });
          return rows;
        },
        check: (a, b) => a === b,
      };
    },
  },
];
