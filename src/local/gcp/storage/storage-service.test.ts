import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { createStorageTestBed, type StorageTestBed, type StorageTestBedOptions } from './test-bed.ts';

let bed: StorageTestBed;
afterEach(() => bed.close());
const start = async (options?: StorageTestBedOptions) => {
  bed = await createStorageTestBed(options);
};

const dayMs = 86_400_000;

interface Sent {
  method?: string;
  body?: string;
  headers?: Record<string, string>;
  /** Account of the caller; null for nobody. */
  as?: string | null;
}

const send = (path: string, { method = 'GET', body, headers = {}, as = 'app' }: Sent = {}) =>
  fetch(`${bed.url}${path}`, {
    method,
    headers: { ...headers, ...(as !== null && { authorization: `Bearer ${as}` }) },
    ...(body !== undefined && { body }),
  });
const put = (name: string, body: string) =>
  send(`/upload/storage/v1/b/files/o?uploadType=media&name=${encodeURIComponent(name)}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/plain' },
  });
const object = (name: string) => `/storage/v1/b/files/o/${encodeURIComponent(name)}`;
const json = async (response: Response) => (await response.json()) as Record<string, unknown>;

describe('versions', () => {
  const versions = async () => {
    const { items = [] } = (await json(await send('/storage/v1/b/files/o?versions=true'))) as {
      items?: { name: string; generation: string; timeDeleted?: string }[];
    };
    return items;
  };

  test('stay when an object is replaced or deleted, oldest first', async () => {
    await start({ bucket: { versioning: { enabled: true } } });
    await put('a', 'first');
    await put('a', 'second');
    expect((await send(object('a'), { method: 'DELETE' })).status).toBe(204);
    expect((await send(object('a'))).status).toBe(404);
    const [first, second, ...rest] = await versions();
    expect(rest).toEqual([]);
    expect(Number(first?.generation)).toBeLessThan(Number(second?.generation));
    expect(second?.timeDeleted).toBe('2030-01-01T00:00:00.000Z');
    const old = await send(`${object('a')}?alt=media&generation=${first?.generation}`);
    expect(await old.text()).toBe('first');
    await send(`${object('a')}?generation=${first?.generation}`, { method: 'DELETE' });
    expect(await versions()).toHaveLength(1);
  });

  test('go by the rules of the bucket', async () => {
    await start({
      bucket: {
        versioning: { enabled: true },
        lifecycle: {
          rule: [
            { action: { type: 'Delete' }, condition: { numNewerVersions: 2 } },
            { action: { type: 'Delete' }, condition: { age: 30, matchesPrefix: ['tmp/'] } },
            { action: { type: 'SetStorageClass', storageClass: 'NEARLINE' }, condition: { age: 7 } },
          ],
        },
      },
    });
    for (const content of ['1', '2', '3', '4']) await put('a', content);
    await put('tmp/a', '');
    bed.clock.advance(2 * dayMs);
    expect((await versions()).map(({ name }) => name)).toEqual(['a', 'a', 'tmp/a']);
    bed.clock.advance(6 * dayMs);
    expect(await json(await send(object('a')))).toMatchObject({ storageClass: 'NEARLINE' });
    bed.clock.advance(30 * dayMs);
    expect((await send(object('tmp/a'))).status).toBe(404);
    expect((await send(object('a'))).status).toBe(200);
  });
});

describe('events', () => {
  const told = async () => {
    await setImmediate();
    return bed.events.splice(0).map(({ type, subject }) => `${type.split('.').at(-1)} ${subject}`);
  };

  test('carry the object resource and say what has replaced what', async () => {
    await start();
    await put('dir/a', 'first');
    await put('dir/a', 'second');
    await setImmediate();
    const [first, deleted, second] = bed.events;
    expect(first).toMatchObject({
      type: 'google.cloud.storage.object.v1.finalized',
      source: '//storage.googleapis.com/projects/_/buckets/files',
      subject: 'objects/dir/a',
      bucket: 'files',
      time: '2030-01-01T00:00:00.000Z',
      data: {
        kind: 'storage#object',
        name: 'dir/a',
        bucket: 'files',
        size: '5',
        contentType: 'text/plain',
        generation: '1893456000000000',
      },
    });
    expect(deleted).toMatchObject({
      type: 'google.cloud.storage.object.v1.deleted',
      overwrittenByGeneration: second?.data.generation,
      data: { generation: first?.data.generation },
    });
    expect(second).toMatchObject({ overwroteGeneration: first?.data.generation });
    expect(new Set(bed.events.map(({ id }) => id)).size).toBe(3);
  });

  test('tell of archived versions and new metadata', async () => {
    await start({ bucket: { versioning: { enabled: true } } });
    await put('a', '');
    await send(object('a'), { method: 'PATCH', body: '{"metadata":{"key":"value"}}' });
    await put('a', '');
    await send(object('a'), { method: 'DELETE' });
    expect(await told()).toEqual([
      'finalized objects/a',
      'metadataUpdated objects/a',
      'archived objects/a',
      'finalized objects/a',
      'archived objects/a',
    ]);
  });

  test('come twice, with the same id, when a fault says so', async () => {
    await start();
    bed.struck.add('duplicate');
    await put('a', '');
    await setImmediate();
    const [first, second] = bed.events;
    expect(bed.events).toHaveLength(2);
    expect(first?.id).toBe(second?.id);
  });
});

describe('access', () => {
  test('is asked for each permission on the object or the bucket', async () => {
    await start();
    await put('a', 'first');
    await put('a', 'second');
    await send(object('a'));
    await send('/storage/v1/b/files/o');
    await send(`${object('a')}/rewriteTo/b/files/o/b`, { method: 'POST' });
    const a = 'projects/_/buckets/files/objects/a';
    expect(bed.asked).toEqual([
      `storage.objects.create ${a}`,
      `storage.objects.create ${a}`,
      `storage.objects.delete ${a}`,
      `storage.objects.get ${a}`,
      'storage.objects.list projects/_/buckets/files',
      `storage.objects.get ${a}`,
      'storage.objects.create projects/_/buckets/files/objects/b',
    ]);
  });

  test('is denied with the text of Google', async () => {
    await start({ isAllowed: () => false });
    const reason =
      "does not have storage.objects.get access to the Google Cloud Storage object. Permission 'storage.objects.get' denied on resource (or it may not exist).";
    const denied = await send(object('a'));
    expect(denied.status).toBe(403);
    expect(await json(denied)).toEqual({
      error: {
        code: 403,
        message: `app@demo ${reason}`,
        errors: [{ message: `app@demo ${reason}`, domain: 'global', reason: 'forbidden' }],
      },
    });
    const anonymous = await send(object('a'), { as: null });
    expect(anonymous.status).toBe(401);
    expect(await json(anonymous)).toMatchObject({
      error: { message: `Anonymous caller ${reason}`, errors: [{ reason: 'required' }] },
    });
    expect((await send(object('a'), { as: 'expired' })).status).toBe(401);
  });

  test('of everybody reads public objects, unless the bucket prevents it', async () => {
    const isAllowed = () => true;
    await start({ isAllowed });
    await put('a', 'public');
    expect(await (await send('/files/a', { as: null })).text()).toBe('public');
    await send('/storage/v1/b/files', {
      method: 'PATCH',
      body: '{"iamConfiguration":{"publicAccessPrevention":"enforced"}}',
    });
    expect((await send('/files/a', { as: null })).status).toBe(403);
  });

  test('without the right to list does not learn that there is no object', async () => {
    await start({ isAllowed: (_, { permission }) => permission !== 'storage.objects.list' });
    const response = await send(object('none'));
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('storage.objects.list access to the Google Cloud Storage bucket');
  });
});

describe('a signed URL', () => {
  /** https://docs.cloud.google.com/storage/docs/access-control/signing-urls-manually */
  function signedUrl(method: string, path: string, expires = 600): string {
    const query = new URLSearchParams({
      'X-Goog-Algorithm': 'GOOG4-RSA-SHA256',
      'X-Goog-Credential': 'signer@demo/20300101/auto/storage/goog4_request',
      'X-Goog-Date': '20300101T000000Z',
      'X-Goog-Expires': String(expires),
      'X-Goog-SignedHeaders': 'content-type;host',
    }).toString();
    const canonical = [
      method,
      path,
      query,
      'content-type:text/plain',
      'host:storage.googleapis.com',
      '',
      'content-type;host',
      'UNSIGNED-PAYLOAD',
    ].join('\n');
    const text = [
      'GOOG4-RSA-SHA256',
      '20300101T000000Z',
      '20300101/auto/storage/goog4_request',
      createHash('sha256').update(canonical).digest('hex'),
    ].join('\n');
    return `${path}?${query}&X-Goog-Signature=${bed.signed(text).toString('hex')}`;
  }
  const headers = { 'content-type': 'text/plain' };

  test('uploads and downloads with the rights of its signer', async () => {
    await start({
      isAllowed: (caller) => caller.kind === 'serviceAccount' && caller.email === 'signer@demo',
    });
    const path = '/files/dir/a%20b';
    const uploaded = await send(signedUrl('PUT', path), { method: 'PUT', body: 'hello', headers, as: null });
    expect(uploaded.status).toBe(200);
    const downloaded = await send(signedUrl('GET', path), { headers, as: null });
    expect(await downloaded.text()).toBe('hello');
    expect(downloaded.headers.get('content-type')).toBe('text/plain');
    const missing = await send(signedUrl('GET', '/files/none'), { headers, as: null });
    expect(missing.status).toBe(404);
    expect(await missing.text()).toContain('<Code>NoSuchKey</Code>');
  });

  test('is refused for another use, and when it has expired', async () => {
    await start();
    const other = await send(signedUrl('GET', '/files/a'), { method: 'PUT', headers, as: null });
    expect(other.status).toBe(403);
    expect(await other.text()).toContain('<Code>SignatureDoesNotMatch</Code>');
    const url = signedUrl('GET', '/files/a');
    const tampered = url.replace('/files/a?', '/files/b?');
    expect((await send(tampered, { headers, as: null })).status).toBe(403);
    bed.clock.advance(601_000);
    const late = await send(url, { headers, as: null });
    expect(late.status).toBe(400);
    expect(await late.text()).toContain('<Code>ExpiredToken</Code>');
  });
});

test('a browser of another origin may do what the rules of the bucket allow', async () => {
  await start({
    isAllowed: () => true,
    bucket: {
      cors: [{ origin: ['https://app.example'], method: ['PUT'], responseHeader: ['Content-Type'] }],
    },
  });
  const preflight = (method: string) =>
    send('/files/a', {
      method: 'OPTIONS',
      as: null,
      headers: { origin: 'https://app.example', 'access-control-request-method': method },
    });
  const allowed = (await preflight('PUT')).headers;
  expect(allowed.get('access-control-allow-origin')).toBe('https://app.example');
  expect(allowed.get('access-control-allow-headers')).toBe('Content-Type');
  expect((await preflight('DELETE')).headers.has('access-control-allow-origin')).toBe(false);
  const put = await send('/files/a', {
    method: 'PUT',
    body: '',
    as: null,
    headers: { origin: 'https://app.example' },
  });
  expect([put.status, put.headers.get('access-control-allow-origin')]).toEqual([200, 'https://app.example']);
});

describe('buckets', () => {
  test('are created, changed, listed and deleted', async () => {
    await start();
    const create = (name: string) =>
      send('/storage/v1/b?project=demo', { method: 'POST', body: JSON.stringify({ name, location: 'eu' }) });
    const created = await json(await create('made-here'));
    expect(created).toMatchObject({
      kind: 'storage#bucket',
      location: 'EU',
      locationType: 'multi-region',
      projectNumber: '123',
      storageClass: 'STANDARD',
      softDeletePolicy: { retentionDurationSeconds: '604800' },
    });
    expect((await create('made-here')).status).toBe(409);
    expect((await create('Not Valid')).status).toBe(400);
    const changed = await send('/storage/v1/b/made-here', {
      method: 'PATCH',
      body: '{"labels":{"team":"a"},"versioning":{"enabled":true}}',
    });
    expect(await json(changed)).toMatchObject({ metageneration: '2', labels: { team: 'a' } });
    expect(bed.storage.bucket('made-here').blobs.versioning).toBe('on');
    await put('a', '');
    expect((await send('/storage/v1/b/files', { method: 'DELETE' })).status).toBe(409);
    expect((await send('/storage/v1/b/made-here', { method: 'DELETE' })).status).toBe(204);
    const { items } = await json(await send('/storage/v1/b?project=demo'));
    expect(items).toMatchObject([{ name: 'files' }]);
  });

  test('with settings that have no effect here are refused by name', async () => {
    await start();
    const response = await send('/storage/v1/b/files', {
      method: 'PATCH',
      body: '{"retentionPolicy":{"retentionPeriod":"60"}}',
    });
    expect(response.status).toBe(501);
    expect(await response.text()).toContain('retentionPolicy');
  });
});

test('operations are counted by class, deletes are free', async () => {
  await start();
  await put('a', 'content');
  await send(object('a'));
  await send(`${object('a')}?alt=media`);
  await send('/storage/v1/b/files/o');
  await send(object('none'));
  await send(object('a'), { method: 'DELETE' });
  expect(bed.meter.readings()).toEqual([
    { service: 'storage', unit: 'class-a-operations', resource: 'projects/_/buckets/files', quantity: 2 },
    { service: 'storage', unit: 'class-b-operations', resource: 'projects/_/buckets/files', quantity: 2 },
  ]);
});

test('faults throttle calls, or the service is down', async () => {
  await start();
  bed.struck.add('throttle');
  const throttled = await put('a', '');
  expect([throttled.status, await throttled.text()]).toEqual([
    429,
    expect.stringContaining('rateLimitExceeded'),
  ]);
  bed.struck.clear();
  bed.struck.add('dependency-down');
  expect((await send(object('a'))).status).toBe(503);
  await expect(bed.sdk().bucket('files').file('a').exists()).resolves.toEqual([false]);
});
