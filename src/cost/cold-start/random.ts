/** Uniform numbers in [0, 1); the same seed gives the same sequence. */
export type Random = () => number;

/**
 * A small fast counting generator (sfc32 by Chris Doty-Humphrey): period 2^32 at the very least, 2^127 on average.
 * @param seed any number; each gives a sequence of its own
 */
export function seededRandom(seed: number): Random {
  let a = seed | 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // Similar seeds begin alike; after a dozen steps they have nothing in common.
  for (let step = 0; step < 12; step++) next();
  return next;
}
