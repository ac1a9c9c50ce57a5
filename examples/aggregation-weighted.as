// The mean of one column weighted by another (a volume-weighted average price, say), as a module for wasmAggregation. AssemblyScript:
//   asc examples/aggregation-weighted.as -o weighted.wasm --runtime stub -O
// What each function is called with: docs/aggregations.md.

/** [ sum of value × weight, sum of weights ] */
export function state_size(): i32 {
  return 16;
}

export function initial(state: usize): void {
  store<f64>(state, 0);
  store<f64>(state, 0, 8);
}

export function on_new(states: usize, stride: usize, groups: usize, count: i32, values: usize, present: usize, weights: usize, weighed: usize): void {
  add(states, stride, groups, count, values, present, weights, weighed, 1);
}

export function on_old(states: usize, stride: usize, groups: usize, count: i32, values: usize, present: usize, weights: usize, weighed: usize): void {
  add(states, stride, groups, count, values, present, weights, weighed, -1);
}

export function merge(state: usize, other: usize): void {
  store<f64>(state, load<f64>(state) + load<f64>(other));
  store<f64>(state, load<f64>(state, 8) + load<f64>(other, 8), 8);
}

export function result(state: usize): f64 {
  return load<f64>(state) / load<f64>(state, 8);
}

export function is_null(state: usize): i32 {
  return i32(load<f64>(state, 8) == 0);
}

function add(states: usize, stride: usize, groups: usize, count: i32, values: usize, present: usize, weights: usize, weighed: usize, sign: f64): void {
  for (let row = 0; row < count; row++) {
    if (!has(present, row) || !has(weighed, row)) continue;
    const group: u32 = groups == 0 ? 0 : load<u32>(groups + (<usize>row << 2));
    const state = states + <usize>group * stride;
    const weight = load<f64>(weights + (<usize>row << 3)) * sign;
    store<f64>(state, load<f64>(state) + load<f64>(values + (<usize>row << 3)) * weight);
    store<f64>(state, load<f64>(state, 8) + weight, 8);
  }
}

/** Whether a row's bit is set; without bits all are. */
function has(bits: usize, row: i32): bool {
  return bits == 0 || ((load<u8>(bits + (row >> 3)) >> (row & 7)) & 1) == 1;
}
