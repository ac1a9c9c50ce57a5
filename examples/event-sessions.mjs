// Clicks of a shop as visits: sessions that end when a visitor is quiet for ten minutes: node examples/event-sessions.mjs
import { DataFrame, dictionary, f64, i32, timestamp } from 'millrace';

const clicks = new DataFrame({
  schema: { at: timestamp('ms'), visitor: i32(), page: dictionary(), spent: f64() },
  index: 'at',
  outOfOrder: '30s', // phones send what they have when they are online again
});

const visits = clicks
  .session('10m')
  .groupby('visitor')
  .agg({ clicks: 'count()', pages: 'nunique(page)', landed: 'first(page)', left: 'last(page)', spent: 'sum(spent)' });

const totals = { visits: 0, bought: 0, clicks: 0, spent: 0, ms: 0 };
visits.sink(batch => {
  for (const { windowStart, windowEnd, visitor, clicks: count, pages, landed, left, spent } of batch) {
    totals.visits++;
    totals.clicks += count;
    totals.ms += windowEnd - windowStart - 600_000; // a session reaches ten minutes behind its last click
    if (spent === 0) continue;
    totals.bought++;
    totals.spent += spent;
    const time = windowStart.toISOString().slice(11, 16);
    if (spent > 350) {
      console.log(
        `${time}  visitor ${visitor}: ${count} clicks on ${pages} pages, ${landed} … ${left}, ${spent.toFixed(2)} €`,
      );
    }
  }
});

// Where the visits land that end with something bought, hour by hour: windows over the results of windows. A visit comes when it is
// over, and its time is when it began: one that was long comes behind shorter ones that began later.
visits
  .filter('spent > 0')
  .tumbling('1h')
  .groupby('landed')
  .agg({ visits: 'count()', spent: 'sum(spent)' }, { outOfOrder: '2h' })
  .sink(batch => {
    for (const { windowStart, landed, visits: count, spent } of batch) {
      const hour = windowStart.toISOString().slice(11, 13);
      console.log(`${hour}h    from ${landed.padEnd(6)}: ${count} visits bought for ${spent.toFixed(2)} €`);
    }
  });

/** The same numbers in every run (Park and Miller 1988). */
let state = 7;
const random = () => (state = (state * 48271) % 2147483647) / 2147483647;

const pages = ['home', 'search', 'shoes', 'coats', 'cart'];
const start = Date.UTC(2026, 4, 1, 8);
const all = [];
for (let visit = 0; visit < 600; visit++) {
  const visitor = Math.floor(random() * 200);
  let at = start + random() * 3 * 3_600_000;
  const buys = random() < 0.15;
  const length = 1 + Math.floor(random() * 12);
  for (let click = 0; click < length; click++) {
    const page = click === 0 ? pages[random() < 0.7 ? 0 : 1] : pages[1 + Math.floor(random() * 3)];
    all.push({ at: new Date(at), visitor, page, spent: 0, arrives: at + random() * 30_000 });
    at += random() * 180_000;
  }
  if (buys)
    all.push({ at: new Date(at), visitor, page: 'cart', spent: 10 + random() * 200, arrives: at + random() * 30_000 });
}
all.sort((a, b) => a.arrives - b.arrives);
for (let from = 0; from < all.length; from += 100) {
  await clicks.emit(all.slice(from, from + 100).map(({ arrives, ...click }) => click));
}
await clicks.end();

const { visits: count, bought, clicks: clicked, spent, ms } = totals;
console.log(
  `${count} visits of ${(ms / count / 60_000).toFixed(1)} minutes and ${(clicked / count).toFixed(1)} clicks`,
);
console.log(
  `${bought} of them bought, for ${(spent / bought).toFixed(2)} € on average; ${visits.metrics().late} rows came too late`,
);
