import { seededRandom } from '../../../engine/random.ts';
import {
  block,
  blockList,
  container,
  copy,
  future,
  get,
  type Headers,
  head,
  lease,
  one,
  past,
  put,
  remove,
  set,
  two,
} from './blob-calls.ts';
import type { Call, Case } from './exchange.ts';

/** Writes, reads, blocks, copies, leases, deletions and listings at random on a few blobs; the same for the same seed. */
export function randomBlobCalls(name: string, seed: number, count: number): Case {
  const random = seededRandom(seed);
  const pick = <T>(choices: readonly T[]): T => choices[random.below(choices.length)] as T;
  const keys = ['a', 'a/b', 'b', 'c'];
  const blob = () => `/${name}/${pick(keys)}`;
  const condition = (): Headers =>
    pick<Headers>([
      {},
      {},
      {},
      { 'if-match': '{etag}' },
      { 'if-none-match': '{etag}' },
      { 'if-modified-since': pick([past, future]) },
      { 'if-unmodified-since': pick([past, future]) },
    ]);
  const leased = (): Headers => pick<Headers>([{}, {}, { 'x-ms-lease-id': one }, { 'x-ms-lease-id': two }]);
  const blockName = () => pick(['one', 'two', 'six']);
  const isNew = { 'if-none-match': '*' };
  const kinds: (() => Call | Call[])[] = [
    () => put(blob(), random.text(random.below(20)), { ...pick([condition(), isNew]), ...leased() }),
    () => put(blob(), random.text(9), { 'x-ms-meta-a': random.text(3), 'x-ms-tags': `t=${random.text(2)}` }),
    () =>
      get(blob(), {
        ...condition(),
        ...pick<Headers>([{}, { range: `bytes=${random.below(8)}-${random.below(12)}` }]),
      }),
    () => head(blob(), { ...condition(), ...leased() }),
    () => remove(blob(), { ...condition(), ...leased() }),
    () => set(`${blob()}?comp=metadata`, { 'x-ms-meta-b': random.text(2), ...condition(), ...leased() }),
    () =>
      set(`${blob()}?comp=properties`, { 'x-ms-blob-content-type': 'text/x', ...condition(), ...leased() }),
    // Azurite takes a blob that has only blocks for one that is there.
    () => {
      const path = blob();
      return [put(path, '', isNew), block(path, blockName(), random.text(4), leased())];
    },
    () => {
      const path = blob();
      return [put(path, '', isNew), block(path, blockName(), random.text(4))];
    },
    () =>
      blockList(
        blob(),
        Array.from(
          { length: random.below(3) },
          () => `${pick(['Latest', 'Latest', 'Committed', 'Uncommitted'])}:${blockName()}`,
        ),
        { ...condition(), ...leased() },
      ),
    () => get(`${blob()}?comp=blocklist&blocklisttype=${pick(['all', 'committed', 'uncommitted'])}`),
    () => copy(blob(), `{base}${blob()}`, { ...condition(), ...leased() }),
    () =>
      lease(`${blob()}?`, pick(['acquire', 'acquire', 'renew', 'release', 'break', 'change']), {
        'x-ms-lease-duration': '60',
        'x-ms-lease-break-period': pick(['0', '60']),
        'x-ms-lease-id': pick([one, two]),
        'x-ms-proposed-lease-id': pick([one, two]),
      }),
    () => get(`${blob()}?comp=tags`),
    () =>
      get(
        `/${name}?restype=container&comp=list&prefix=${pick(['', 'a', 'a/', 'b'])}${pick(['', '&delimiter=/'])}&include=metadata,uncommittedblobs,copy`,
      ),
  ];
  const calls = Array.from({ length: count }, () => pick(kinds)()).flat();
  const clear = (path: string) => [
    lease(`${path}?`, 'break', { 'x-ms-lease-break-period': '0' }),
    put(path, ''),
    remove(path),
  ];
  return {
    name,
    calls: [container(name), ...calls],
    resync: ({ path }) =>
      (path.includes('restype=container')
        ? keys.map((key) => `/${name}/${key}`)
        : [path.replace(/\?.*/, '')]
      ).flatMap(clear),
  };
}
