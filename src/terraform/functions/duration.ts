import { FunctionError } from './function.ts';

const NANOSECONDS = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);
const LONGEST = 2n ** 63n - 1n;

/** Go's `time.ParseDuration`: `-1h30m`, `1.5s`, `0`; in nanoseconds. Throws `FunctionError` with Go's text. */
export function parseDuration(text: string): bigint {
  const quoted = JSON.stringify(text);
  const invalid = new FunctionError(`time: invalid duration ${quoted}`);
  const [, sign, body = ''] = /^([+-]?)([\s\S]*)$/.exec(text) ?? [];
  if (body === '0') return 0n;
  if (body === '') throw invalid;
  let rest = body;
  let total = 0n;
  while (rest !== '') {
    const number = /^(\d*)(?:\.(\d*))?/.exec(rest);
    const [whole = '', fraction = ''] = [number?.[1], number?.[2]];
    if (whole === '' && fraction === '') throw invalid;
    rest = rest.slice(number?.[0].length ?? 0);
    const unit = /^[^.\d]*/.exec(rest)?.[0] ?? '';
    if (unit === '') throw new FunctionError(`time: missing unit in duration ${quoted}`);
    const nanoseconds = NANOSECONDS.get(unit);
    if (nanoseconds === undefined) {
      throw new FunctionError(`time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`);
    }
    rest = rest.slice(unit.length);
    total += BigInt(whole || '0') * nanoseconds;
    total += (BigInt(fraction || '0') * nanoseconds) / 10n ** BigInt(fraction.length);
    if (total > LONGEST) throw invalid;
  }
  return sign === '-' ? -total : total;
}
