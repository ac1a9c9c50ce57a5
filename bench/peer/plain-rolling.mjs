// Rolling windows as a careful JavaScript programmer would write them: typed arrays, one answer a row from row w - 1 on.

/** Running sum, not compensated. */
export function rollingMean(values, w, out) {
  let sum = 0;
  for (let i = 0; i < w - 1; i++) {
    sum += values[i];
    out[i] = Number.NaN;
  }
  for (let i = w - 1; i < values.length; i++) {
    sum += values[i];
    out[i] = sum / w;
    sum -= values[i - w + 1];
  }
  return out;
}

/** Running sums of values and squares: fast, and wrong for values far from 0. */
export function rollingVariance(values, w, out) {
  let sum = 0;
  let square = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    sum += value;
    square += value * value;
    if (i >= w) {
      const old = values[i - w];
      sum -= old;
      square -= old * old;
    }
    out[i] = i >= w - 1 ? (square - (sum * sum) / w) / (w - 1) : Number.NaN;
  }
  return out;
}

/** Least or greatest value by a monotone deque. */
export function rollingExtreme(values, w, greatest, out) {
  const capacity = 1 << Math.ceil(Math.log2(w + 1));
  const mask = capacity - 1;
  const rows = new Int32Array(capacity);
  const kept = new Float64Array(capacity);
  let head = 0;
  let tail = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (greatest) while (tail > head && kept[(tail - 1) & mask] <= value) tail--;
    else while (tail > head && kept[(tail - 1) & mask] >= value) tail--;
    rows[tail & mask] = i;
    kept[tail & mask] = value;
    tail++;
    if (rows[head & mask] <= i - w) head++;
    out[i] = i >= w - 1 ? kept[head & mask] : Number.NaN;
  }
  return out;
}

/** Sorted window: binary search and `copyWithin`. */
export function rollingMedian(values, w, out) {
  const sorted = new Float64Array(w + 1);
  let count = 0;
  const find = value => {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const half = w >> 1;
  for (let i = 0; i < values.length; i++) {
    if (count === w) {
      const place = find(values[i - w]);
      sorted.copyWithin(place, place + 1, count);
      count--;
    }
    const place = find(values[i]);
    sorted.copyWithin(place + 1, place, count);
    sorted[place] = values[i];
    count++;
    out[i] = count < w ? Number.NaN : (w & 1) === 0 ? (sorted[half - 1] + sorted[half]) / 2 : sorted[half];
  }
  return out;
}

/** Monotone deque; the greatest of the last `w` rows after every `step` rows. */
export function slidingMax(values, w, step) {
  const capacity = 1 << Math.ceil(Math.log2(w + 1));
  const mask = capacity - 1;
  const rows = new Int32Array(capacity);
  const kept = new Float64Array(capacity);
  let head = 0;
  let tail = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    while (tail > head && kept[(tail - 1) & mask] <= value) tail--;
    rows[tail & mask] = i;
    kept[tail & mask] = value;
    tail++;
    if (rows[head & mask] <= i - w) head++;
    if (i % step === step - 1) total += kept[head & mask];
  }
  return total;
}
