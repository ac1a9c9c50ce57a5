// Joins of two streams as one writes them by hand: batches of typed arrays in turns, times as float64, Maps by key, joined columns as the result.

/** Both sides cut into batches; times as numbers, which JavaScript compares faster than bigints. */
export function plainBatches({ ts: at, k, v }, size) {
  const times = Float64Array.from(at, Number);
  return Array.from({ length: at.length / size }, (_, i) => ({
    at: times.subarray(i * size, (i + 1) * size),
    k: k.subarray(i * size, (i + 1) * size),
    v: v.subarray(i * size, (i + 1) * size),
  }));
}

/** Sum of price × bid over the rows of a joined batch: what comes behind the join. */
function totalOf(prices, bids, count) {
  let total = 0;
  for (let i = 0; i < count; i++) total += prices[i] * bids[i];
  return total;
}

/** As of backward: trades wait until the quotes have passed their time. */
export function asofLoop(trades, quotes) {
  const last = new Map();
  const waiting = { trades: [], quotes: [] };
  let total = 0;
  let passed = Number.NEGATIVE_INFINITY;
  const decide = () => {
    while (waiting.trades.length > 0) {
      const { at, k, v } = waiting.trades[0];
      const prices = new Float64Array(at.length);
      const bids = new Float64Array(at.length);
      let count = 0;
      let row = 0;
      for (; row < at.length && at[row] < passed; row++) {
        for (let quote = waiting.quotes[0]; quote; quote = waiting.quotes[0]) {
          let from = 0;
          while (from < quote.at.length && quote.at[from] <= at[row]) {
            last.set(quote.k[from], quote.v[from]);
            from++;
          }
          if (from === quote.at.length) waiting.quotes.shift();
          else {
            if (from > 0) waiting.quotes[0] = rest(quote, from);
            break;
          }
        }
        const bid = last.get(k[row]);
        if (bid === undefined) continue;
        prices[count] = v[row];
        bids[count++] = bid;
      }
      total += totalOf(prices, bids, count);
      if (row === at.length) waiting.trades.shift();
      else {
        if (row > 0) waiting.trades[0] = rest(waiting.trades[0], row);
        return;
      }
    }
  };
  for (let i = 0; i < trades.length; i++) {
    waiting.quotes.push(quotes[i]);
    passed = quotes[i].at.at(-1);
    decide();
    waiting.trades.push(trades[i]);
    decide();
  }
  passed = Number.POSITIVE_INFINITY;
  decide();
  return total;
}

/** Pairs of a trade and the quotes of its key at most `span` before it. */
export function intervalLoop(trades, quotes, span) {
  const byKey = new Map();
  let total = 0;
  for (let i = 0; i < trades.length; i++) {
    const quote = quotes[i];
    for (let row = 0; row < quote.at.length; row++) {
      let list = byKey.get(quote.k[row]);
      if (!list) byKey.set(quote.k[row], (list = { at: [], v: [], from: 0 }));
      list.at.push(quote.at[row]);
      list.v.push(quote.v[row]);
    }
    const { at, k, v } = trades[i];
    const [prices, bids] = [[], []];
    for (let row = 0; row < at.length; row++) {
      const list = byKey.get(k[row]);
      if (!list) continue;
      while (list.from < list.at.length && list.at[list.from] < at[row] - span) list.from++;
      if (list.from > 64 && list.from * 2 > list.at.length) {
        list.at.splice(0, list.from);
        list.v.splice(0, list.from);
        list.from = 0;
      }
      for (let one = list.from; one < list.at.length && list.at[one] <= at[row]; one++) {
        prices.push(v[row]);
        bids.push(list.v[one]);
      }
    }
    total += totalOf(prices, bids, prices.length);
  }
  return total;
}

/** Each trade with the latest quote of its key. */
export function latestLoop(trades, quotes) {
  const last = new Map();
  let total = 0;
  for (let i = 0; i < trades.length; i++) {
    for (let row = 0; row < quotes[i].k.length; row++) last.set(quotes[i].k[row], quotes[i].v[row]);
    const { k, v } = trades[i];
    const prices = new Float64Array(k.length);
    const bids = new Float64Array(k.length);
    let count = 0;
    for (let row = 0; row < k.length; row++) {
      const bid = last.get(k[row]);
      if (bid === undefined) continue;
      prices[count] = v[row];
      bids[count++] = bid;
    }
    total += totalOf(prices, bids, count);
  }
  return total;
}

const rest = ({ at, k, v }, from) => ({ at: at.subarray(from), k: k.subarray(from), v: v.subarray(from) });
