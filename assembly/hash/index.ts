import { finish, mix, start, STRIPE, Xxh64 } from './xxh64';

/** Bytes that `mixXxh64` takes at a time. */
export const stripeBytes: i32 = STRIPE;

/** Bytes of the state that the kernels keep. */
export const stateBytes: i32 = <i32>offsetof<Xxh64>();

/** Begins an XXH64 hash in the state at `state`. */
export function startXxh64(state: usize, seed: u64): void { start(changetype<Xxh64>(state), seed); }

/** Mixes in `bytes` bytes at `from`, a multiple of `stripeBytes`. */
export function mixXxh64(state: usize, from: usize, bytes: i32): void { mix(changetype<Xxh64>(state), from, bytes); }

/** The hash of everything mixed in and the `bytes` bytes at `from`, fewer than `stripeBytes`. */
export function finishXxh64(state: usize, from: usize, bytes: i32): u64 { return finish(changetype<Xxh64>(state), from, bytes); }
