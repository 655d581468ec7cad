import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createStorageTestBed, type StorageTestBed } from './test-bed.ts';

let bed: StorageTestBed;
beforeEach(async () => {
  bed = await createStorageTestBed();
});
afterEach(() => bed.close());

const files = () => bed.sdk().bucket('files');

describe('an object', () => {
  test.each([
    ['in one request', { resumable: false }],
    ['in a session', { resumable: true }],
  ])('is uploaded %s and downloaded with checked hashes', async (_, options) => {
    const file = files().file('orders/2030 ü/1.json');
    await file.save('{"id":1}', {
      ...options,
      validation: 'crc32c',
      contentType: 'application/json',
      metadata: { cacheControl: 'no-store', metadata: { source: 'test' } },
    });
    const [content] = await file.download({ validation: 'md5' });
    expect(content.toString()).toBe('{"id":1}');
    const [metadata] = await file.getMetadata();
    const { generation } = metadata;
    const link = 'b/files/o/orders%2F2030%20%C3%BC%2F1.json';
    expect(metadata).toEqual({
      kind: 'storage#object',
      id: `files/orders/2030 ü/1.json/${generation}`,
      selfLink: `https://www.googleapis.com/storage/v1/${link}`,
      mediaLink: `https://storage.googleapis.com/download/storage/v1/${link}?generation=${generation}&alt=media`,
      name: 'orders/2030 ü/1.json',
      bucket: 'files',
      generation: '1893456000000000',
      metageneration: '1',
      contentType: 'application/json',
      storageClass: 'STANDARD',
      size: '8',
      md5Hash: '0s4ouaf9fkQH4rD9SZt/5A==',
      crc32c: expect.stringMatching(/^[\w+/]{6}==$/),
      etag: expect.stringMatching(/^C[\w+/]+=*$/),
      cacheControl: 'no-store',
      timeCreated: '2030-01-01T00:00:00.000Z',
      updated: '2030-01-01T00:00:00.000Z',
      timeStorageClassUpdated: '2030-01-01T00:00:00.000Z',
      timeFinalized: '2030-01-01T00:00:00.000Z',
      metadata: { source: 'test' },
    });
  });

  test('arrives in chunks of a session, larger than what stays in memory', async () => {
    const content = Buffer.alloc(1_200_000, 'serverless ');
    await files()
      .file('large')
      .save(content, { resumable: true, chunkSize: 256 * 1024 });
    const [read] = await files().file('large').download();
    expect(read.equals(content)).toBe(true);
    expect(bed.meter.total('storage', 'class-a-operations')).toBe(1);
  });

  test('is read in ranges', async () => {
    const file = files().file('range');
    await file.save('0123456789', { resumable: false });
    expect(await text(file.createReadStream({ start: 2, end: 4 }))).toBe('234');
    expect(await text(file.createReadStream({ end: -3 }))).toBe('789');
    await expect(file.download({ start: 20, end: 30 })).rejects.toMatchObject({ code: 416 });
  });

  test('that is compressed is unpacked for clients that do not take gzip', async () => {
    const file = files().file('log.gz');
    await file.save(gzipSync('many lines'), {
      resumable: false,
      metadata: { contentEncoding: 'gzip', contentType: 'text/plain' },
    });
    expect((await file.download())[0].toString()).toBe('many lines');
    const response = await fetch(`${bed.url}/storage/v1/b/files/o/log.gz?alt=media`, {
      headers: { authorization: 'Bearer app', 'accept-encoding': 'identity' },
    });
    expect(await response.text()).toBe('many lines');
    expect(response.headers.get('x-goog-stored-content-encoding')).toBe('gzip');
  });

  test('changes its metadata member by member, under a new metageneration', async () => {
    const file = files().file('a');
    await file.save('a', { resumable: false, metadata: { metadata: { keep: '1', drop: '2' } } });
    await file.setMetadata({ contentLanguage: 'de', metadata: { drop: null, add: '3' } });
    const [metadata] = await file.getMetadata();
    expect(metadata).toMatchObject({ metageneration: '2', contentLanguage: 'de' });
    expect(metadata.metadata).toEqual({ keep: '1', add: '3' });
  });

  test('is copied, renamed and composed', async () => {
    await files().file('a').save('one ', { resumable: false, contentType: 'text/plain' });
    await files().file('b').save('two', { resumable: false });
    await files().file('a').copy(files().file('copy'));
    await files().file('copy').move('moved');
    expect((await files().file('copy').exists())[0]).toBe(false);
    expect((await files().file('moved').getMetadata())[0].contentType).toBe('text/plain');
    const [combined] = await files().combine(['moved', 'b'], 'combined.txt');
    expect((await combined.download({ validation: 'crc32c' }))[0].toString()).toBe('one two');
    const [metadata] = await combined.getMetadata();
    expect(metadata).toMatchObject({ componentCount: 2, contentType: 'text/plain' });
    expect(metadata.md5Hash).toBeUndefined();
  });

  test('that is not there is answered as Google does', async () => {
    await expect(files().file('none').getMetadata()).rejects.toMatchObject({
      code: 404,
      message: 'No such object: files/none',
      errors: [{ reason: 'notFound', domain: 'global' }],
    });
    await expect(files().file('none').download()).rejects.toMatchObject({ code: 404 });
    await expect(bed.sdk().bucket('nowhere').file('none').delete()).rejects.toMatchObject({
      code: 404,
      message: 'The specified bucket does not exist.',
    });
  });

  test('with a hash that does not fit its content is refused', async () => {
    const response = await fetch(`${bed.url}/upload/storage/v1/b/files/o?uploadType=media&name=bad`, {
      method: 'POST',
      headers: { authorization: 'Bearer app', 'x-goog-hash': 'crc32c=AAAAAA==' },
      body: 'content',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringMatching(/^Provided CRC32C "AAAAAA==" doesn't match calculated/) },
    });
  });
});

describe('preconditions', () => {
  const failed = {
    code: 412,
    message: 'At least one of the pre-conditions you specified did not hold.',
    errors: [{ reason: 'conditionNotMet', locationType: 'header', location: 'If-Match' }],
  };

  test('create only what is not there, and replace only what was seen', async () => {
    const file = files().file('once');
    const write = (content: string, ifGenerationMatch: number | string) =>
      file.save(content, { resumable: false, preconditionOpts: { ifGenerationMatch } });
    await write('first', 0);
    await expect(write('again', 0)).rejects.toMatchObject(failed);
    const [{ generation = '' }] = await file.getMetadata();
    await write('second', generation);
    await expect(write('third', generation)).rejects.toMatchObject(failed);
    expect((await file.download())[0].toString()).toBe('second');
  });

  test('hold for sessions at their end as well as at their start', async () => {
    const options = { resumable: true, preconditionOpts: { ifGenerationMatch: 0 } };
    await files().file('once').save('first', options);
    await expect(files().file('once').save('again', options)).rejects.toMatchObject({ code: 412 });
  });

  test('hold for metadata, deletes and copies', async () => {
    const file = files().file('a');
    await file.save('a', { resumable: false });
    await expect(file.setMetadata({}, { ifMetagenerationMatch: 9 })).rejects.toMatchObject(failed);
    await expect(file.delete({ ifGenerationMatch: 9 })).rejects.toMatchObject(failed);
    await file.copy(files().file('b'), { preconditionOpts: { ifGenerationMatch: 0 } });
    await expect(
      file.copy(files().file('b'), { preconditionOpts: { ifGenerationMatch: 0 } }),
    ).rejects.toMatchObject(failed);
  });

  test('spare a reader what it has', async () => {
    await files().file('a').save('a', { resumable: false });
    const [{ generation }] = await files().file('a').getMetadata();
    const url = `${bed.url}/storage/v1/b/files/o/a?alt=media&ifGenerationNotMatch=${generation}`;
    expect((await fetch(url, { headers: { authorization: 'Bearer app' } })).status).toBe(304);
  });
});

describe('a listing', () => {
  beforeEach(async () => {
    for (const name of ['a', 'dir/1', 'dir/2', 'dir/sub/3', 'é', '\u{1f600}'])
      await files().file(name).save(name, { resumable: false });
  });
  const names = (found: { name: string }[]) => found.map(({ name }) => name);

  test('is in the order of UTF-8 bytes, page by page', async () => {
    const [all] = await files().getFiles();
    expect(names(all)).toEqual(['a', 'dir/1', 'dir/2', 'dir/sub/3', 'é', '\u{1f600}']);
    const [page, next] = await files().getFiles({ maxResults: 2, autoPaginate: false });
    expect(names(page)).toEqual(['a', 'dir/1']);
    expect(names((await files().getFiles({ ...next, autoPaginate: false }))[0])).toEqual([
      'dir/2',
      'dir/sub/3',
    ]);
  });

  test('stops at a prefix and gathers under a delimiter', async () => {
    const [found, , answer] = await files().getFiles({ prefix: 'dir/', delimiter: '/', autoPaginate: false });
    expect(names(found)).toEqual(['dir/1', 'dir/2']);
    expect(answer).toMatchObject({ prefixes: ['dir/sub/'] });
  });

  test('gives the fields that are asked for', async () => {
    const response = await fetch(
      `${bed.url}/storage/v1/b/files/o?prefix=dir/&fields=items(name,size),prefixes`,
      { headers: { authorization: 'Bearer app' } },
    );
    expect(await response.json()).toEqual({
      items: [
        { name: 'dir/1', size: '5' },
        { name: 'dir/2', size: '5' },
        { name: 'dir/sub/3', size: '9' },
      ],
    });
  });
});

describe('a session', () => {
  const send = (url: string, range: string, body?: string) =>
    fetch(url, { method: 'PUT', headers: { 'content-range': range }, ...(body && { body }) });
  const open = async () => {
    const [url] = await files().file('parts').createResumableUpload();
    return url;
  };

  test('goes on where it stopped, and tells where that is', async () => {
    const url = await open();
    const half = 'x'.repeat(256 * 1024);
    expect((await send(url, 'bytes */*')).headers.get('range')).toBeNull();
    const first = await send(url, `bytes 0-${half.length - 1}/*`, half);
    expect([first.status, first.headers.get('range')]).toEqual([308, `bytes=0-${half.length - 1}`]);
    const asked = await send(url, 'bytes */*');
    expect([asked.status, asked.headers.get('range')]).toEqual([308, `bytes=0-${half.length - 1}`]);
    const last = await send(url, `bytes ${half.length}-${half.length + 2}/${half.length + 3}`, 'end');
    expect(last.status).toBe(200);
    const repeated = await send(url, 'bytes */*');
    expect(await repeated.json()).toEqual(await last.json());
    expect((await files().file('parts').download())[0].length).toBe(half.length + 3);
  });

  test('keeps whole units of 256 KiB of a chunk that is not the last', async () => {
    const url = await open();
    const response = await send(url, 'bytes 0-299999/*', 'x'.repeat(300_000));
    expect(response.headers.get('range')).toBe('bytes=0-262143');
  });

  test('takes no gaps, and ends when it is cancelled', async () => {
    const url = await open();
    expect((await send(url, 'bytes 10-12/13', 'gap')).status).toBe(503);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(499);
    expect((await send(url, 'bytes */*')).status).toBe(404);
  });
});
