import { Stream } from 'millrace';

/** `Stream.dice(6, rolls)`: a source. The randomness is a linear congruential generator, so that runs repeat. */
export function dice(sides, rolls, seed = 1) {
  return Stream.fromIterable(
    (function* () {
      let state = seed;
      for (let roll = 0; roll < rolls; roll++) {
        state = (state * 1664525 + 1013904223) >>> 0;
        yield 1 + ((state >>> 8) % sides);
      }
    })(),
  ).named('dice');
}
