/** Answers as they go over the wire, where the clients hide them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { roles, type TestStorage, testStorage } from '../test-storage.ts';

let shop: TestStorage;
beforeEach(async () => {
  shop = await testStorage();
  shop.assign(roles.blobOwner);
  await shop.blobs.createContainer('files');
});
afterEach(() => shop.close());

type Headers = Record<string, string>;

const ask = (method: string, path: string, headers: Headers = {}, body = '') =>
  shop.ask(method, `https://shop.blob.core.windows.net/files${path}`, { headers, body });
const put = (path: string, body: string, headers: Headers = {}) =>
  ask('PUT', path, { 'x-ms-blob-type': 'BlockBlob', ...headers }, body);
const outcome = async (reply: ReturnType<typeof ask>) => {
  const { status, code } = await reply;
  return code === undefined ? status : `${status} ${code}`;
};
const blockId = (name: string) => encodeURIComponent(Buffer.from(name).toString('base64'));
const block = (path: string, name: string, headers: Headers = {}) =>
  ask('PUT', `${path}?comp=block&blockid=${blockId(name)}`, headers, name);
const names = (text: string) => [...text.matchAll(/<Name>(.*?)<\/Name>/g)].map(([, name]) => name);
const past = 'Thu, 01 Jan 2015 00:00:00 GMT';
const future = 'Fri, 01 Jan 2100 00:00:00 GMT';
const helloMd5 = 'XUFAKrxLKna5cZ2REBfFkg==';

describe('reading', () => {
  beforeEach(() => put('/a', 'hello', { 'x-ms-meta-kind': 'test' }));

  it('gives the metadata alone', async () => {
    const { status, headers, text } = await ask('GET', '/a?comp=metadata');
    expect({ status, text }).toEqual({ status: 200, text: '' });
    expect(headers).toMatchObject({ 'x-ms-meta-kind': 'test', etag: expect.any(String) });
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['content-length', 'x-ms-blob-type']));
  });

  it('tells the tier with the properties only', async () => {
    expect((await ask('HEAD', '/a')).headers).toMatchObject({ 'x-ms-access-tier': 'Hot' });
    expect((await ask('GET', '/a')).headers).not.toHaveProperty('x-ms-access-tier');
  });

  it('hashes a range when there is one', async () => {
    const wish = { 'x-ms-range-get-content-md5': 'true' };
    expect(await outcome(ask('GET', '/a', wish))).toBe('400 InvalidHeaderValue');
    const { headers } = await ask('GET', '/a', { ...wish, range: 'bytes=0-9' });
    expect(headers).toMatchObject({ 'content-md5': helloMd5, 'content-range': 'bytes 0-4/5' });
    expect(await ask('GET', '/a', { range: 'bytes=3-1' })).toMatchObject({ status: 200, text: 'hello' });
  });

  // https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations
  it('needs If-Match && If-Unmodified-Since && (If-None-Match || If-Modified-Since)', async () => {
    const etag = String((await ask('HEAD', '/a')).headers.etag);
    const other = '"0x0"';
    const read = (headers: Headers) => outcome(ask('GET', '/a', headers));
    expect(await read({ 'if-match': etag, 'if-unmodified-since': past })).toBe('412 ConditionNotMet');
    expect(await read({ 'if-match': `${other},${etag}`, 'if-unmodified-since': future })).toBe(200);
    expect(await read({ 'if-none-match': etag, 'if-modified-since': past })).toBe(200);
    expect(await read({ 'if-none-match': other, 'if-modified-since': future })).toBe(200);
    expect(await read({ 'if-none-match': etag, 'if-modified-since': future })).toBe('304 ConditionNotMet');
    expect(await read({ 'if-match': other, 'if-none-match': etag })).toBe('412 ConditionNotMet');
    expect(await read({ 'if-none-match': '*' })).toBe('400 UnsatisfiableCondition');
  });
});

describe('writing', () => {
  it('takes one condition, or a tag with a date that does not count', async () => {
    const etag = String((await put('/a', 'x')).headers.etag);
    const set = (headers: Headers) => outcome(ask('PUT', '/a?comp=tags', headers, '<Tags><TagSet/></Tags>'));
    const change = (headers: Headers) => outcome(ask('PUT', '/a?comp=metadata', headers));
    expect(await set({})).toBe(204);
    for (const headers of [
      { 'if-match': etag, 'if-none-match': '"0x0"' },
      { 'if-match': etag, 'if-modified-since': past },
      { 'if-match': `"0x0",${etag}` },
    ])
      expect(await change(headers)).toBe('400 MultipleConditionHeadersNotSupported');
    expect(await change({ 'if-none-match': '*' })).toBe('412 ConditionNotMet');
    expect(await change({ 'if-match': etag, 'if-unmodified-since': past })).toBe(200);
    expect(await outcome(put('/a', 'y', { 'if-none-match': '*' }))).toBe('409 BlobAlreadyExists');
  });

  it('compares the MD5 that the blob is to have before that of the request', async () => {
    const other = 'eV8yArF8trw9S3cdjGyerw==';
    expect(await outcome(put('/a', 'hello', { 'x-ms-blob-content-md5': other }))).toBe('400 Md5Mismatch');
    expect(await outcome(put('/a', 'hello', { 'content-md5': 'short' }))).toBe('400 InvalidMd5');
    const both = { 'x-ms-blob-content-md5': helloMd5, 'content-md5': other };
    expect(await outcome(put('/a', 'hello', both))).toBe(201);
  });

  it('keeps tags as they have to be', async () => {
    const tagged = (tags: string) => outcome(put('/a', 'x', { 'x-ms-tags': tags }));
    expect(await tagged('a.b/c:d_e-f+g h=ok')).toBe(201);
    expect(await tagged('k!=1')).toBe('400 InvalidTag');
    expect(await tagged('=1')).toBe('400 EmptyTagName');
    expect(await tagged('a=1&a=2')).toBe('400 DuplicateTagNames');
    expect(await tagged(`${'k'.repeat(129)}=1`)).toBe('400 TagsTooLarge');
    expect(await tagged(`k=${'v'.repeat(257)}`)).toBe('400 TagsTooLarge');
    expect(await tagged([...'abcdefghijk'].map((key) => `${key}=1`).join('&'))).toBe('400 TagsTooLarge');
  });

  it('forgets a copy with new properties', async () => {
    await put('/a', 'x');
    const source = 'https://shop.blob.core.windows.net/files/a';
    await ask('PUT', '/b', { 'x-ms-copy-source': source });
    expect((await ask('HEAD', '/b')).headers).toMatchObject({ 'x-ms-copy-status': 'success' });
    await ask('PUT', '/b?comp=properties', { 'x-ms-blob-content-type': 'text/plain' });
    expect((await ask('HEAD', '/b')).headers).not.toHaveProperty('x-ms-copy-status');
    const copy = (from: string, headers: Headers = {}) =>
      outcome(ask('PUT', '/c', { 'x-ms-copy-source': from, ...headers }));
    expect(await copy(`${source}-none`)).toBe('404 BlobNotFound');
    expect(await copy(source.replace('files', 'none'))).toBe('404 ContainerNotFound');
    expect(await copy(`${source}-none`, { 'x-ms-requires-sync': 'true' })).toBe('404 CannotVerifyCopySource');
    expect(await copy('nonsense')).toBe('400 InvalidHeaderValue');
  });
});

describe('blocks', () => {
  it('answer with an MD5 when they come with one, and need an id', async () => {
    expect((await block('/a', 'hello')).headers).not.toHaveProperty('content-md5');
    expect((await block('/a', 'hello', { 'content-md5': helloMd5 })).headers).toMatchObject({
      'content-md5': helloMd5,
    });
    expect(await outcome(ask('PUT', '/a?comp=block', {}, 'x'))).toBe('400 MissingRequiredQueryParameter');
    expect(await outcome(ask('PUT', '/a?comp=block&blockid=!', {}, 'x'))).toBe(
      '400 InvalidQueryParameterValue',
    );
    expect(await outcome(block('/a', 'x'.repeat(65)))).toBe('400 OutOfRangeInput');
  });

  it('are listed by name, and go with their blob', async () => {
    for (const name of ['two', 'one']) await block('/a', name);
    const { headers, text } = await ask('GET', '/a?comp=blocklist&blocklisttype=all');
    expect(headers).toMatchObject({ 'x-ms-blob-content-length': '0' });
    expect(headers).not.toHaveProperty('etag');
    expect(names(text)).toEqual(['one', 'two'].map((name) => Buffer.from(name).toString('base64')).sort());
    expect(await outcome(ask('GET', '/a?comp=blocklist&blocklisttype=other'))).toBe(
      '400 InvalidQueryParameterValue',
    );
    expect(await outcome(ask('DELETE', '/a'))).toBe(202);
    expect(await outcome(ask('GET', '/a?comp=blocklist&blocklisttype=all'))).toBe('404 BlobNotFound');
    await put('/b', 'x');
    await block('/b', 'one');
    await ask('DELETE', '/b');
    expect(await outcome(ask('GET', '/b?comp=blocklist&blocklisttype=all'))).toBe('404 BlobNotFound');
  });

  it('make blobs that stand in their places in a listing, over pages', async () => {
    for (const path of ['/b', '/d/1', '/f']) await put(path, 'x');
    for (const path of ['/a', '/c/1', '/c/2', '/d/0', '/e', '/f', '/g']) await block(path, 'one');
    const list = async (query: string) => {
      const { text } = await ask('GET', `?restype=container&comp=list&include=uncommittedblobs${query}`);
      return { found: names(text), marker: /<NextMarker>(.*?)</.exec(text)?.[1] };
    };
    expect((await list('')).found).toEqual(['a', 'b', 'c/1', 'c/2', 'd/0', 'd/1', 'e', 'f', 'g']);
    expect((await list('&delimiter=/')).found).toEqual(['a', 'b', 'c/', 'd/', 'e', 'f', 'g']);
    expect((await list('&prefix=c/')).found).toEqual(['c/1', 'c/2']);
    for (const [delimiter, expected] of [
      ['', ['a', 'b', 'c/1', 'c/2', 'd/0', 'd/1', 'e', 'f', 'g']],
      ['&delimiter=/', ['a', 'b', 'c/', 'd/', 'e', 'f', 'g']],
    ] as const) {
      const pages: (string | undefined)[][] = [];
      let marker: string | undefined = '';
      while (marker !== undefined) {
        const page: Awaited<ReturnType<typeof list>> = await list(
          `${delimiter}&maxresults=2&marker=${marker}`,
        );
        pages.push(page.found);
        marker = page.marker;
      }
      expect(pages.flat()).toEqual(expected);
      expect(Math.max(...pages.map((page) => page.length))).toBe(2);
    }
  });
});

describe('leases', () => {
  const one = '11111111-1111-1111-1111-111111111111';
  const lease = (action: string, headers: Headers = {}, path = '/a?') =>
    outcome(ask('PUT', `${path}comp=lease`, { 'x-ms-lease-action': action, ...headers }));
  const acquire = (seconds: string, path?: string) =>
    lease('acquire', { 'x-ms-lease-duration': seconds, 'x-ms-proposed-lease-id': one }, path);
  const named = { 'x-ms-lease-id': one };
  beforeEach(() => put('/a', 'x'));

  it('have a duration and a GUID', async () => {
    expect(await lease('acquire')).toBe('400 MissingRequiredHeader');
    expect(await lease('acquire', { 'x-ms-lease-duration': '15', 'x-ms-proposed-lease-id': 'mine' })).toBe(
      '400 InvalidHeaderValue',
    );
    const braced = { 'x-ms-lease-duration': '15', 'x-ms-proposed-lease-id': `{${one}}` };
    expect(await lease('acquire', braced)).toBe(201);
  });

  it('keep tags from being changed', async () => {
    await acquire('60');
    const tags = (headers: Headers) => outcome(ask('PUT', '/a?comp=tags', headers, '<Tags><TagSet/></Tags>'));
    expect(await tags({})).toBe('412 LeaseIdMissing');
    expect(await tags(named)).toBe(204);
  });

  it('are renewed after their end unless somebody has written', async () => {
    await acquire('15');
    shop.clock.advance(16_000);
    expect(await lease('renew', named)).toBe(200);
    shop.clock.advance(16_000);
    expect(await outcome(put('/a', 'y', named))).toBe('412 LeaseLost');
    expect(await outcome(put('/a', 'y'))).toBe(201);
    expect(await lease('renew', named)).toBe('409 LeaseIdMismatchWithLeaseOperation');
    expect(await lease('change', { ...named, 'x-ms-proposed-lease-id': one })).toBe(
      '409 LeaseNotPresentWithLeaseOperation',
    );
  });

  it('of a container are to be those that a reader names', async () => {
    await acquire('60', '?restype=container&');
    expect(await outcome(ask('HEAD', '?restype=container', named))).toBe(200);
    const other = { 'x-ms-lease-id': '22222222-2222-2222-2222-222222222222' };
    expect(await outcome(ask('HEAD', '?restype=container', other))).toBe(
      '412 LeaseIdMismatchWithContainerOperation',
    );
  });
});

it('lists as many containers as it may when more are asked for', async () => {
  const { blobs } = shop;
  await blobs.createContainer('more');
  const pages: number[] = [];
  for await (const page of blobs.listContainers().byPage({ maxPageSize: 6000 }))
    pages.push(page.containerItems.length);
  expect(pages).toEqual([2]);
});
