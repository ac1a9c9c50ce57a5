import { addCentral, addPair, joinCentral, joinPair } from '../shared/central';
import { errorOf, total } from '../shared/compensated';
import { factor, joinProduct, productOf } from '../shared/product';
import { NONE, stepAt, wordAt } from '../shared/steps';

// States that only merge, as two stacks (see shared/steps.ts): what to do with a row, how an older state and the prefix make an answer.
// Rows whose x (or y) is NaN are skipped.

/** A compensated sum; the answer is one f64. */
@unmanaged
export class Sum {
  sum: f64;
  error: f64;

  // @ts-ignore: decorator
  @inline
  add(x: f64, _y: f64): void {
    if (x != x) return;
    const sum = this.sum, t = sum + x;
    this.error += errorOf(sum, x, t);
    this.sum = t;
  }

  // @ts-ignore: decorator
  @inline
  show(out: usize, row: i32): void { store<f64>(out + (<usize>row << 3), total(this.sum, this.error)); }

  // @ts-ignore: decorator
  @inline
  showAfter(older: Sum, out: usize, row: i32): void {
    const a = older.sum, b = this.sum, t = a + b;
    store<f64>(out + (<usize>row << 3), total(t, errorOf(a, b, t) + older.error + this.error));
  }
}

/** [ n | mean | m2 ], which is the answer too. */
@unmanaged
export class Second {
  n: f64;
  mean: f64;
  m2: f64;

  // @ts-ignore: decorator
  @inline
  add(x: f64, _y: f64): void { if (x == x) addCentral(changetype<usize>(this), x, 2); }

  // @ts-ignore: decorator
  @inline
  show(out: usize, row: i32): void { memory.copy(out + <usize>row * 24, changetype<usize>(this), 24); }

  // @ts-ignore: decorator
  @inline
  showAfter(older: Second, out: usize, row: i32): void {
    const at = out + <usize>row * 24;
    memory.copy(at, changetype<usize>(older), 24);
    joinCentral(at, changetype<usize>(this), 2);
  }
}

/** [ n | mean | m2 | m3 | m4 ]. */
@unmanaged
export class Fourth {
  n: f64;
  mean: f64;
  m2: f64;
  m3: f64;
  m4: f64;

  // @ts-ignore: decorator
  @inline
  add(x: f64, _y: f64): void { if (x == x) addCentral(changetype<usize>(this), x, 4); }

  // @ts-ignore: decorator
  @inline
  show(out: usize, row: i32): void { memory.copy(out + <usize>row * 40, changetype<usize>(this), 40); }

  // @ts-ignore: decorator
  @inline
  showAfter(older: Fourth, out: usize, row: i32): void {
    const at = out + <usize>row * 40;
    memory.copy(at, changetype<usize>(older), 40);
    joinCentral(at, changetype<usize>(this), 4);
  }
}

/** [ n | mean x | mean y | m2x | m2y | cxy ]. */
@unmanaged
export class Pair {
  n: f64;
  x: f64;
  y: f64;
  xx: f64;
  yy: f64;
  xy: f64;

  // @ts-ignore: decorator
  @inline
  add(x: f64, y: f64): void { if (x == x && y == y) addPair(changetype<usize>(this), x, y); }

  // @ts-ignore: decorator
  @inline
  show(out: usize, row: i32): void { memory.copy(out + <usize>row * 48, changetype<usize>(this), 48); }

  // @ts-ignore: decorator
  @inline
  showAfter(older: Pair, out: usize, row: i32): void {
    const at = out + <usize>row * 48;
    memory.copy(at, changetype<usize>(older), 48);
    joinPair(at, changetype<usize>(this));
  }
}

/** See shared/product.ts; the answer is one f64. The last 40 bytes are for the answer. */
@unmanaged
export class Product {
  high: f64;
  low: f64;
  exponent: i64;
  counts0: i64;
  counts1: i64;

  // @ts-ignore: decorator
  @inline
  add(x: f64, _y: f64): void { if (x == x) factor(changetype<usize>(this), x, 1); }

  // @ts-ignore: decorator
  @inline
  show(out: usize, row: i32): void { store<f64>(out + (<usize>row << 3), productOf(changetype<usize>(this))); }

  // @ts-ignore: decorator
  @inline
  showAfter(older: Product, out: usize, row: i32): void {
    const at = out + (<usize>row << 3);
    // what lies behind the answer in hand is not written yet, and has room for one state
    memory.copy(at, changetype<usize>(older), 40);
    joinProduct(at, changetype<usize>(this));
    store<f64>(at, productOf(at));
  }
}

/**
 * Answers of `length` rows at `out`, of `total` steps. `prefixes` has a state for each group, `suffixes` one for each slot.
 */
// @ts-ignore: decorator
@inline
export function roll<S>(prev: usize, steps: usize, length: i32, total: i32, xs: usize, ys: usize, prefixes: usize, suffixes: usize, out: usize): void {
  for (let i = 0; i < total; i++) {
    const step = stepAt(steps, i), group = step.group;
    if (group == NONE) continue;
    const at = prefixes + <usize>group * offsetof<S>(), prefix = changetype<S>(at);
    if (step.flip >= 0) {
      memory.fill(at, 0, offsetof<S>());
      if (step.flip > 0) {
        let slot = step.slot;
        for (let k = step.flip; k > 0; k--) {
          slot = wordAt(prev, slot);
          const place = <usize>slot << 3;
          prefix.add(load<f64>(xs + place), load<f64>(ys + place));
          memory.copy(suffixes + <usize>slot * offsetof<S>(), at, offsetof<S>());
        }
        memory.fill(at, 0, offsetof<S>());
      }
    }
    if (i >= length) continue;
    const place = <usize>step.slot << 3;
    prefix.add(load<f64>(xs + place), load<f64>(ys + place));
    if (step.suffix != 0) prefix.showAfter(changetype<S>(suffixes + <usize>step.head * offsetof<S>()), out, i);
    else prefix.show(out, i);
  }
}
