import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { BlobSurroundings, Versioning } from './blob-bucket.ts';
import { checkConditions } from './blob-conditions.ts';
import { BlobContent } from './blob-content.ts';
import type { BlobListing, BlobPage } from './blob-listing.ts';
import { BlobStore } from './blob-store.ts';
import type { BlobEvent } from './blob-version.ts';
import { virtualClock } from './clock.ts';
import { quietCourse } from './course.ts';
import type { FaultKind } from './faults.ts';

const dayMs = 86_400_000;
const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** Ids of versions as S3 has them: one `null` version while versioning is not on. */
const versionId: BlobSurroundings['versionId'] = ({ versioning, sequence }) =>
  versioning === 'on' ? `v${sequence}` : 'null';

function fixture(options: Partial<BlobSurroundings> & { struck?: FaultKind[] } = {}) {
  const { struck = [], ...surroundings } = options;
  const clock = virtualClock(10 * dayMs + 1);
  const course = {
    ...quietCourse(),
    faults: { strikes: (kind: FaultKind) => struck.includes(kind), delayMs: () => 500 },
  };
  const spillDirectory = path.join(mkdtempSync(path.join(tmpdir(), 'blobs-')), 'spill');
  directories.push(path.dirname(spillDirectory));
  const store = new BlobStore<string>({
    clock,
    course,
    versionId,
    history: 'markers',
    spillDirectory,
    ...surroundings,
  });
  const bucket = store.create('bucket');
  const events: BlobEvent<string>[] = [];
  bucket.onEvent((event) => events.push(event));
  const put = (key: string, text = key) =>
    bucket.put({ key, content: store.keep(Buffer.from(text)), details: 'plain', operation: 'Put' });
  const version = (mode: Versioning) => {
    bucket.versioning = mode;
  };
  const text = (key: string) => bucket.current(key)?.content.bytes().toString();
  const told = () => events.splice(0).map(({ kind, version: { key, id } }) => `${kind} ${key} ${id}`);
  return { clock, course, store, bucket, events, put, version, text, told, spillDirectory };
}

describe('objects', () => {
  it('are overwritten and deleted where versions are not kept', () => {
    const { bucket, put, text, told } = fixture();
    expect(put('a', '1').etag).toBe('c4ca4238a0b923820dcc509a6f75849b');
    put('a', '22');
    expect(text('a')).toBe('22');
    expect(bucket.stored.bytes).toBe(2);
    expect(bucket.delete('a', 'Delete').removed).toMatchObject({ key: 'a', id: 'null' });
    expect(bucket.delete('a', 'Delete')).toEqual({});
    expect(bucket.isEmpty).toBe(true);
    expect(told()).toEqual(['created a null', 'removed a null', 'created a null', 'removed a null']);
  });

  it('change their details without a new version', () => {
    const { bucket, put } = fixture();
    const updated = bucket.update(put('a', '1'), 'other', { operation: 'Metadata' });
    expect(bucket.current('a')).toMatchObject({ details: 'other', revision: 2, id: 'null' });
    bucket.delete('a', 'Delete');
    expect(() => bucket.update(updated, 'x', { operation: 'Metadata' })).toThrow('no such version of a');
  });
});

describe('versions', () => {
  it('stay, and a marker hides them until it is removed', () => {
    const { bucket, put, version, text, told } = fixture();
    put('a', '0');
    version('on');
    const first = put('a', '1');
    const { marker } = bucket.delete('a', 'Delete');
    expect(bucket.current('a')).toBeUndefined();
    expect(bucket.list({ limit: 9 }).entries).toEqual([]);
    expect(bucket.versions('a').map(({ id }) => id)).toEqual([marker?.id, first.id, 'null']);
    bucket.deleteVersion('a', marker?.id ?? '', 'Delete');
    expect(text('a')).toBe('1');
    bucket.deleteVersion('a', first.id, 'Delete');
    expect(text('a')).toBe('0');
    expect(told()).toEqual([
      'created a null',
      'archived a null',
      `created a ${first.id}`,
      `archived a ${first.id}`,
      `marked a ${marker?.id}`,
      `removed a ${marker?.id}`,
      `removed a ${first.id}`,
    ]);
  });

  it('that are suspended replace only the null version', () => {
    const { bucket, put, version } = fixture();
    version('on');
    const kept = put('a', '1');
    version('suspended');
    put('a', '2');
    put('a', '3');
    expect(bucket.versions('a').map(({ id }) => id)).toEqual(['null', kept.id]);
    bucket.delete('a', 'Delete');
    expect(bucket.versions('a')).toMatchObject([{ kind: 'marker', id: 'null' }, { id: kept.id }]);
    expect(bucket.stored.bytes).toBe(1);
  });

  it('leave no current one behind where deletion makes no markers', () => {
    const { bucket, put, version } = fixture({
      history: 'versions',
      versionId: ({ sequence }) => String(sequence),
    });
    version('on');
    const first = put('a', '1');
    const second = put('a', '2');
    bucket.delete('a', 'Delete');
    expect(bucket.head('a')).toBeUndefined();
    expect(bucket.versions('a').map(({ id }) => id)).toEqual([second.id, first.id]);
    bucket.deleteVersion('a', second.id, 'Delete');
    expect(bucket.head('a')).toBeUndefined();
    version('off');
    put('a', '3');
    put('a', '4');
    expect(bucket.versions('a')).toHaveLength(2);
  });
});

describe('conditions', () => {
  const { bucket, put } = fixture();
  put('a', '1');
  const current = bucket.current('a');
  const etag = current?.etag ?? '';
  const nowMs = current?.updatedAtMs ?? 0;
  const cases: [string, Parameters<typeof checkConditions>[0], string, string][] = [
    ['none', {}, 'met', 'met'],
    ['ifMatch', { ifMatch: ['x', etag] }, 'met', 'failed'],
    ['ifMatch of another', { ifMatch: ['x'] }, 'failed', 'failed'],
    ['ifMatch *', { ifMatch: ['*'] }, 'met', 'failed'],
    ['ifNoneMatch *', { ifNoneMatch: ['*'] }, 'not-modified', 'met'],
    ['ifNoneMatch of another', { ifNoneMatch: ['x'] }, 'met', 'met'],
    ['a date beside a tag', { ifMatch: [etag], ifUnmodifiedSinceMs: 0 }, 'met', 'failed'],
    ['ifUnmodifiedSince', { ifUnmodifiedSinceMs: nowMs - 1000 }, 'failed', 'met'],
    [
      'ifModifiedSince in whole seconds',
      { ifModifiedSinceMs: nowMs - (nowMs % 1000) },
      'not-modified',
      'met',
    ],
    ['no version', { ifVersion: { is: undefined } }, 'failed', 'met'],
    ['this version', { ifVersion: { is: 'null' } }, 'met', 'failed'],
    ['not this version', { ifVersion: { isNot: 'null' } }, 'not-modified', 'met'],
    ['revision', { ifRevision: { is: 2 } }, 'failed', 'failed'],
  ];
  it.each(cases)('%s', (_, conditions, onObject, onNothing) => {
    expect(checkConditions(conditions, current)).toBe(onObject);
    expect(checkConditions(conditions, undefined)).toBe(onNothing);
  });
});

describe('a listing', () => {
  const names = (page: BlobPage<string>) =>
    page.entries.map((entry) => (entry.kind === 'prefix' ? `${entry.prefix}*` : entry.version.key));

  it('gathers keys under a delimiter and goes on behind a gathered prefix', () => {
    const { bucket, put } = fixture();
    for (const key of ['b/2', 'a', 'b/1', 'c', 'b/x/1', 'b']) put(key);
    expect(names(bucket.list({ delimiter: '/', limit: 9 }))).toEqual(['a', 'b', 'b/*', 'c']);
    expect(names(bucket.list({ delimiter: '/', prefix: 'b/', limit: 9 }))).toEqual(['b/1', 'b/2', 'b/x/*']);
    const page = bucket.list({ delimiter: '/', limit: 3 });
    expect(page.next).toEqual({ after: 'b/' });
    expect(names(bucket.list({ delimiter: '/', limit: 9, after: 'b/' }))).toEqual(['c']);
    expect(names(bucket.list({ limit: 9, from: 'b/1', before: 'b/x' }))).toEqual(['b/1', 'b/2']);
    expect(bucket.list({ limit: 0 })).toEqual({ entries: [] });
  });

  it('shows all versions, page by page within a key', () => {
    const { bucket, put, version } = fixture();
    version('on');
    const ids = ['1', '2', '3'].map((text) => put('a', text).id).reverse();
    put('b');
    const page = bucket.list({ allVersions: true, limit: 2 });
    expect(page.next).toEqual({ after: 'a', afterVersion: ids[1] });
    const rest = bucket.list({ allVersions: true, limit: 9, ...page.next });
    expect(rest.entries).toMatchObject([{ version: { id: ids[2] } }, { version: { key: 'b' } }]);
  });

  it('is in the order of UTF-8', () => {
    const { bucket, put } = fixture();
    for (const key of ['\u{1f600}', '\uff5e', 'z', 'é']) put(key);
    expect(names(bucket.list({ limit: 9 }))).toEqual(['z', 'é', '\uff5e', '\u{1f600}']);
  });

  it('in pages of any size gives what sorting and gathering all keys gives', () => {
    const key = fc.string({
      unit: fc.constantFrom('a', 'b', '/', 'é', '\u{1f600}', '\uff5e'),
      minLength: 1,
      maxLength: 5,
    });
    const listing = fc.record({
      prefix: fc.constantFrom('', 'a', 'a/'),
      delimiter: fc.constantFrom('', '/'),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(key),
        fc.uniqueArray(key),
        listing,
        fc.integer({ min: 1, max: 4 }),
        (kept, deleted, { prefix, delimiter }, limit) => {
          const { bucket, put } = fixture();
          for (const each of [...deleted, ...kept]) put(each);
          for (const each of deleted) bucket.delete(each, 'Delete');
          const expected = kept
            .filter((each) => !deleted.includes(each) && each.startsWith(prefix))
            .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
            .map((each) => {
              const cut = delimiter === '' ? -1 : each.indexOf(delimiter, prefix.length);
              return cut === -1 ? each : `${each.slice(0, cut + 1)}*`;
            });
          const found: string[] = [];
          let next: Partial<BlobListing> | undefined = {};
          while (next) {
            const page: BlobPage<string> = bucket.list({ prefix, delimiter, limit, ...next });
            found.push(...names(page));
            next = page.next;
          }
          expect(found).toEqual([...new Set(expected)]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('an upload in parts', () => {
  it('counts as stored until it is put or aborted', () => {
    const { bucket, store, text } = fixture();
    const { id } = bucket.startUpload({ id: 'u', key: 'a', details: 'plain' });
    const part = (name: string, bytes: string) =>
      bucket.putPart(id, {
        id: name,
        content: store.keep(Buffer.from(bytes)),
        etag: name,
        details: undefined,
      });
    part('1', 'x');
    part('2', 'lo');
    part('1', 'hel');
    expect([bucket.stored.bytes, bucket.isEmpty]).toEqual([5, false]);
    const parts = [...(bucket.upload(id)?.parts.values() ?? [])].map(({ content }) => content);
    bucket.put({ key: 'a', content: BlobContent.concat(parts), details: 'plain', operation: 'Complete' });
    bucket.endUpload(id);
    expect([text('a'), bucket.stored.bytes, bucket.uploads()]).toEqual(['hello', 5, []]);
    expect(() => part('3', '')).toThrow('no upload u');
  });
});

describe('large contents', () => {
  it('are in files and are read, sliced and composed from there', async () => {
    const { store, spillDirectory } = fixture();
    const small = store.keep(Buffer.from('small'));
    expect(existsSync(spillDirectory)).toBe(false);
    const bytes = Buffer.alloc(3_000_000, 'abcdefg');
    const large = BlobContent.concat([store.keep(bytes), small]);
    expect(readdirSync(spillDirectory)).toHaveLength(1);
    expect(large.sizeBytes).toBe(3_000_005);
    expect(large.bytes().equals(Buffer.concat([bytes, Buffer.from('small')]))).toBe(true);
    const range = large.slice(2_999_998, 3_000_002);
    const expected = `${bytes.subarray(-2)}sm`;
    expect(range.bytes().toString()).toBe(expected);
    const pieces: Buffer[] = [];
    for await (const piece of range) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe(expected);
    expect(small.body()).toEqual(Buffer.from('small'));
  });
});

describe('expiry', () => {
  it('comes at midnight: objects, versions, markers and uploads', () => {
    const { bucket, clock, put, version, events, told } = fixture();
    version('on');
    put('log/1');
    put('other');
    bucket.startUpload({ id: 'u', key: 'log/2', details: 'plain' });
    bucket.setExpiry({
      version: ({ kind, key, createdAtMs }, { isCurrent, noncurrentSinceMs = 0, isOnlyVersion }, nowMs) => {
        if (!isCurrent) return nowMs - noncurrentSinceMs >= dayMs;
        return kind === 'marker' ? isOnlyVersion : key.startsWith('log/') && nowMs - createdAtMs >= dayMs;
      },
      upload: ({ startedAtMs }, nowMs) => nowMs - startedAtMs >= dayMs,
    });
    told();
    clock.advance(dayMs);
    expect(told()).toEqual([]);
    clock.advance(dayMs);
    expect(events.map(({ kind, cause }) => `${kind} ${cause}`)).toEqual(['archived expiry', 'marked expiry']);
    expect(bucket.uploads()).toEqual([]);
    clock.advance(2 * dayMs);
    expect(bucket.list({ allVersions: true, limit: 9 }).entries).toMatchObject([
      { version: { key: 'other' } },
    ]);
    bucket.close();
  });
});

describe('stored bytes', () => {
  it('are counted over time', () => {
    const { bucket, clock, put } = fixture();
    put('a', '12345');
    clock.advance(1000);
    put('b', '12345');
    clock.advance(1000);
    expect(bucket.stored.byteMs).toBe(15_000);
    bucket.delete('a', 'Delete');
    clock.advance(1000);
    expect(bucket.stored.byteMs).toBe(20_000);
  });
});

describe('notifications', () => {
  it('come twice and late when that is to be tried, and the stack is not at rest before', () => {
    const { bucket, clock, course, put } = fixture({ struck: ['duplicate', 'delay'] });
    const seen: string[] = [];
    bucket.onNotification(({ kind }) => void seen.push(kind));
    put('a');
    expect([seen, course.activity.waiting]).toEqual([[], 2]);
    clock.advance(500);
    expect([seen, course.activity.waiting]).toEqual([['created', 'created'], 0]);
  });

  it('stop when nobody wants them any more', () => {
    const { bucket, put } = fixture();
    const seen: string[] = [];
    const stop = bucket.onNotification(({ kind }) => void seen.push(kind));
    put('a');
    stop();
    put('b');
    expect(seen).toEqual(['created']);
  });
});
