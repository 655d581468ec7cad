import { createHash } from 'node:crypto';
import {
  BlobSASPermissions,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  RestError,
} from '@azure/storage-blob';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountId, roles, startMs, type TestStorage, testStorage } from '../test-storage.ts';
import type { BlobChange } from './blob-event.ts';

let shop: TestStorage;
beforeEach(async () => {
  shop = await testStorage();
  await shop.blobs.createContainer('files');
});
afterEach(() => shop.close());

const files = () => shop.blobs.getContainerClient('files');
const blob = (name: string) => files().getBlockBlobClient(name);
const text = (name: string) => blob(name).downloadToBuffer().then(String);

/** The refusal of a call: status and code. */
async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof RestError) return `${error.statusCode} ${error.code}`;
    throw error;
  }
  return 'not refused';
}

describe('a blob', () => {
  it('is what was put, with its headers, metadata, tags and MD5', async () => {
    const content = 'a,b\n1,2\n';
    await blob('in/a b+ü.csv').upload(content, content.length, {
      blobHTTPHeaders: {
        blobContentType: 'text/csv',
        blobCacheControl: 'no-store',
        blobContentLanguage: 'de',
      },
      metadata: { Origin: 'test' },
      tags: { kind: 'csv' },
    });
    const got = await blob('in/a b+ü.csv').download();
    expect(got).toMatchObject({
      contentType: 'text/csv',
      cacheControl: 'no-store',
      contentLanguage: 'de',
      contentLength: 8,
      metadata: { origin: 'test' },
      blobType: 'BlockBlob',
      leaseState: 'available',
      tagCount: 1,
      etag: expect.stringMatching(/^"0x8D[0-9A-F]+"$/),
    });
    expect(got.contentMD5).toEqual(createHash('md5').update(content).digest());
    expect(got.lastModified).toEqual(new Date(startMs));
    expect(await text('in/a b+ü.csv')).toBe(content);
    expect((await blob('in/a b+ü.csv').getTags()).tags).toEqual({ kind: 'csv' });
  });

  it('is read in ranges', async () => {
    await blob('digits').upload('0123456789', 10);
    expect(String(await blob('digits').downloadToBuffer(2, 3))).toBe('234');
    const part = await blob('digits').download(8);
    expect(part.contentRange).toBe('bytes 8-9/10');
    expect(await refusal(blob('digits').download(10, 1))).toBe('416 InvalidRange');
  });

  it('is made of blocks in the order of the list, of old ones and new ones', async () => {
    const id = (n: number) => Buffer.from(`block-${n}`).toString('base64');
    await blob('big').stageBlock(id(1), 'one ', 4);
    await blob('big').stageBlock(id(2), 'two ', 4);
    expect(await refusal(blob('big').getProperties())).toBe('404 undefined');
    expect((await blob('big').getBlockList('all')).uncommittedBlocks).toHaveLength(2);
    await blob('big').commitBlockList([id(2), id(1)], { blobHTTPHeaders: { blobContentType: 'text/plain' } });
    expect(await text('big')).toBe('two one ');
    await blob('big').stageBlock(id(3), 'three', 5);
    await blob('big').commitBlockList([id(1), id(3)]);
    expect(await text('big')).toBe('one three');
    const { committedBlocks } = await blob('big').getBlockList('all');
    expect(committedBlocks?.map(({ name, size }) => [name, size])).toEqual([
      [id(1), 4],
      [id(3), 5],
    ]);
    expect(await refusal(blob('big').commitBlockList([id(2)]))).toBe('400 InvalidBlockList');
  });

  it('is written only under the conditions of the request', async () => {
    const put = (conditions: object) => blob('a').upload('x', 1, { conditions });
    expect(await refusal(put({ ifMatch: '*' }))).toBe('412 ConditionNotMet');
    const { etag } = await put({ ifNoneMatch: '*' });
    expect(await refusal(put({ ifNoneMatch: '*' }))).toBe('409 BlobAlreadyExists');
    const { etag: second } = await put({ ifMatch: etag });
    expect(second).not.toBe(etag);
    expect(await refusal(put({ ifMatch: etag }))).toBe('412 ConditionNotMet');
    expect(
      await refusal(blob('a').download(0, undefined, { conditions: { ifNoneMatch: second ?? '' } })),
    ).toBe('304 undefined');
    expect(await refusal(put({ ifUnmodifiedSince: new Date(startMs - 1000) }))).toBe('412 ConditionNotMet');
    expect(await refusal(blob('a').delete({ conditions: { ifMatch: etag ?? '' } }))).toBe(
      '412 ConditionNotMet',
    );
    await blob('a').delete();
    expect(await refusal(blob('a').delete())).toBe('404 BlobNotFound');
  });

  it('keeps others from writing while it is leased', async () => {
    await blob('a').upload('x', 1);
    const lease = blob('a').getBlobLeaseClient('11111111-1111-1111-1111-111111111111');
    await lease.acquireLease(15);
    expect(await refusal(blob('a').upload('y', 1))).toBe('412 LeaseIdMissing');
    expect(await refusal(blob('a').getBlobLeaseClient().acquireLease(15))).toBe('409 LeaseAlreadyPresent');
    await blob('a').upload('z', 1, { conditions: { leaseId: lease.leaseId } });
    expect(await blob('a').getProperties()).toMatchObject({
      leaseState: 'leased',
      leaseStatus: 'locked',
      leaseDuration: 'fixed',
    });
    shop.clock.advance(15_000);
    expect(await refusal(blob('a').upload('y', 1, { conditions: { leaseId: lease.leaseId } }))).toBe(
      '412 LeaseLost',
    );
    await lease.renewLease();
    expect((await lease.breakLease(0)).leaseTime).toBe(0);
    expect(await refusal(lease.renewLease())).toBe('409 LeaseIsBrokenAndCannotBeRenewed');
    await lease.releaseLease();
    await blob('a').delete();
  });

  it('is copied within the account, by all three ways', async () => {
    await blob('a').upload('content', 7, {
      metadata: { from: 'a' },
      blobHTTPHeaders: { blobContentType: 'text/plain' },
    });
    const copied = await (await blob('b').beginCopyFromURL(blob('a').url)).pollUntilDone();
    expect(copied.copyStatus).toBe('success');
    expect(await blob('b').getProperties()).toMatchObject({
      metadata: { from: 'a' },
      contentType: 'text/plain',
    });
    await blob('c').syncUploadFromURL(blob('a').url);
    const id = Buffer.from('1').toString('base64');
    await blob('d').stageBlockFromURL(id, blob('a').url, 3, 4);
    await blob('d').commitBlockList([id]);
    expect([await text('b'), await text('c'), await text('d')]).toEqual(['content', 'content', 'tent']);
    expect(await refusal(blob('e').beginCopyFromURL(blob('nothing').url))).toBe('404 BlobNotFound');
  });

  it('is refused when its MD5 is not what was announced', async () => {
    const wrong = new Uint8Array(16);
    expect(await refusal(blob('a').upload('x', 1, { transactionalContentMD5: wrong } as object))).toBe(
      '400 Md5Mismatch',
    );
  });
});

describe('a listing', () => {
  it('gathers under a delimiter, and goes on where the page before ended', async () => {
    for (const name of ['a.txt', 'in/1.csv', 'in/2.csv', 'out/1.csv', 'z.txt'])
      await blob(name).upload(name, name.length);
    const page = async (token?: string) => {
      const pages = files()
        .listBlobsByHierarchy('/')
        .byPage({ maxPageSize: 2, ...(token !== undefined && { continuationToken: token }) });
      return (await pages.next()).value;
    };
    const first = await page();
    expect(first?.segment.blobItems.map(({ name }: { name: string }) => name)).toEqual(['a.txt']);
    expect(first?.segment.blobPrefixes).toMatchObject([{ name: 'in/' }]);
    const second = await page(first?.continuationToken);
    expect(second?.segment.blobPrefixes).toMatchObject([{ name: 'out/' }]);
    expect(second?.segment.blobItems.map(({ name }: { name: string }) => name)).toEqual(['z.txt']);
    const names: string[] = [];
    for await (const { name } of files().listBlobsFlat({ prefix: 'in/', includeMetadata: true }))
      names.push(name);
    expect(names).toEqual(['in/1.csv', 'in/2.csv']);
  });

  it('has the containers', async () => {
    await shop.blobs.createContainer('archive', { metadata: { kind: 'old' } });
    const names: unknown[] = [];
    for await (const { name, metadata } of shop.blobs.listContainers({ includeMetadata: true }))
      names.push([name, metadata]);
    expect(names).toEqual([
      ['archive', { kind: 'old' }],
      ['files', ''],
    ]);
    expect(await refusal(shop.blobs.createContainer('files'))).toBe('409 ContainerAlreadyExists');
    expect(await refusal(shop.blobs.createContainer('No_Name'))).toBe('400 InvalidResourceName');
    await shop.blobs.deleteContainer('archive');
    expect(await refusal(shop.blobs.deleteContainer('archive'))).toBe('404 ContainerNotFound');
  });
});

it('keeps versions where the account does', async () => {
  const versioned = await testStorage({ versioningEnabled: true });
  try {
    const container = (await versioned.blobs.createContainer('files')).containerClient;
    const client = container.getBlockBlobClient('a');
    const { versionId } = await client.upload('one', 3);
    await client.upload('two', 3);
    await client.setMetadata({ third: 'yes' });
    await client.delete();
    expect(await refusal(client.download())).toBe('404 BlobNotFound');
    expect(String(await client.withVersion(versionId ?? '').downloadToBuffer())).toBe('one');
    const versions: unknown[] = [];
    for await (const item of container.listBlobsFlat({ includeVersions: true }))
      versions.push(item.isCurrentVersion);
    expect(versions).toEqual([undefined, undefined, undefined]);
    await client.withVersion(versionId ?? '').delete();
    expect(await refusal(client.withVersion(versionId ?? '').download())).toBe('404 BlobNotFound');
  } finally {
    await versioned.close();
  }
});

describe('access', () => {
  const url = 'https://shop.blob.core.windows.net/files/a';
  const putHeaders = { 'x-ms-blob-type': 'BlockBlob' };

  it('is by the roles of the identity, at the account or the container', async () => {
    expect(await shop.ask('PUT', url, { body: 'x', headers: putHeaders })).toMatchObject({
      status: 403,
      code: 'AuthorizationPermissionMismatch',
    });
    shop.assign(roles.blobReader, `${accountId}/blobServices/default/containers/files`);
    await blob('a').upload('x', 1);
    expect(await shop.ask('GET', url)).toMatchObject({ status: 200, text: 'x' });
    expect(await shop.ask('PUT', url, { body: 'x', headers: putHeaders })).toMatchObject({ status: 403 });
    await shop.blobs.createContainer('other');
    expect(await shop.ask('GET', url.replace('files', 'other'))).toMatchObject({ status: 403 });
    shop.assign(roles.blobContributor);
    expect(await shop.ask('PUT', url, { body: 'y', headers: putHeaders })).toMatchObject({ status: 201 });
    expect(await shop.ask('DELETE', url)).toMatchObject({ status: 202 });
    expect(shop.meter.readings().map(({ unit, quantity }) => [unit, quantity])).toEqual([
      ['blob-reads', 2],
      ['blob-writes', 6],
    ]);
  });

  it('needs a token, and one for storage', async () => {
    expect(await shop.ask('GET', url, { authorization: null })).toMatchObject({
      status: 401,
      code: 'NoAuthenticationInformation',
    });
    const token = shop.authorization.issueToken(shop.identity.principalId, 'https://vault.azure.net');
    expect(await shop.ask('GET', url, { authorization: `Bearer ${token}` })).toMatchObject({
      status: 401,
      code: 'InvalidAuthenticationInfo',
    });
  });

  it('is by a signature of the account for as long as it says, and for what it says', async () => {
    await blob('a').upload('x', 1);
    const sas = await blob('a').generateSasUrl({
      permissions: BlobSASPermissions.parse('r'),
      expiresOn: new Date(startMs + 60_000),
      contentType: 'text/special',
    });
    const signed = `${url}${new URL(sas).search}`;
    const none = { authorization: null };
    expect(await shop.ask('GET', signed, none)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/special' },
    });
    expect(await shop.ask('DELETE', signed, none)).toMatchObject({
      status: 403,
      code: 'AuthorizationPermissionMismatch',
    });
    expect(await shop.ask('GET', signed.replace('files/a', 'files/b'), none)).toMatchObject({
      code: 'AuthenticationFailed',
    });
    shop.clock.advance(60_000);
    expect(await shop.ask('GET', signed, none)).toMatchObject({ status: 403, code: 'AuthenticationFailed' });
  });

  it('is by a signature that an identity delegates, within its own rights', async () => {
    const asked = await shop.ask(
      'POST',
      'https://shop.blob.core.windows.net/?restype=service&comp=userdelegationkey',
      {
        body: '<KeyInfo><Start>2026-11-28T00:00:00Z</Start><Expiry>2026-11-29T00:00:00Z</Expiry></KeyInfo>',
      },
    );
    expect(asked).toMatchObject({ status: 403 });
    shop.assign(roles.blobReader);
    const { text: answer } = await shop.ask(
      'POST',
      'https://shop.blob.core.windows.net/?restype=service&comp=userdelegationkey',
      {
        body: '<KeyInfo><Start>2026-11-28T00:00:00Z</Start><Expiry>2026-11-29T00:00:00Z</Expiry></KeyInfo>',
      },
    );
    const member = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(answer)?.[1] ?? '';
    const query = generateBlobSASQueryParameters(
      {
        containerName: 'files',
        permissions: ContainerSASPermissions.parse('rw'),
        expiresOn: new Date(startMs + 60_000),
      },
      {
        signedObjectId: member('SignedOid'),
        signedTenantId: member('SignedTid'),
        signedStartsOn: new Date(member('SignedStart')),
        signedExpiresOn: new Date(member('SignedExpiry')),
        signedService: member('SignedService'),
        signedVersion: member('SignedVersion'),
        value: member('Value'),
      },
      'shop',
    );
    await blob('a').upload('x', 1);
    expect(await shop.ask('GET', `${url}?${query}`, { authorization: null })).toMatchObject({ status: 200 });
    expect(
      await shop.ask('PUT', `${url}?${query}`, { authorization: null, headers: putHeaders }),
    ).toMatchObject({ status: 403 });
  });

  it('is not by keys where the account forbids them', async () => {
    const closed = await testStorage({ sharedKeyEnabled: false });
    try {
      expect(await closed.ask('GET', url, { authorization: 'SharedKey shop:abc' })).toMatchObject({
        status: 403,
        code: 'KeyBasedAuthenticationNotPermitted',
      });
    } finally {
      await closed.close();
    }
  });
});

it('is too busy for functions where a fault plan says so, never for the owner', async () => {
  await blob('a').upload('x', 1);
  shop.assign(roles.blobReader);
  const url = 'https://shop.blob.core.windows.net/files/a';
  shop.course.faults = {
    strikes: (kind, place) => kind === 'throttle' && place === 'blob-storage',
    delayMs: () => 0,
  };
  expect(await shop.ask('GET', url)).toMatchObject({ status: 503, code: 'ServerBusy' });
  expect(await text('a')).toBe('x');
});

it('tells what happens to blobs', async () => {
  const changes: BlobChange[] = [];
  shop.storage.onBlobChange((change) => changes.push(change));
  await blob('in/a.csv').upload('x', 1, { blobHTTPHeaders: { blobContentType: 'text/csv' } });
  await blob('in/a.csv').setMetadata({ a: 'b' });
  await (await blob('b').beginCopyFromURL(blob('in/a.csv').url)).pollUntilDone();
  await blob('b').delete();
  expect(changes).toMatchObject([
    {
      kind: 'created',
      api: 'PutBlob',
      container: 'files',
      blob: 'in/a.csv',
      contentType: 'text/csv',
      sizeBytes: 1,
    },
    { kind: 'created', api: 'CopyBlob', blob: 'b' },
    { kind: 'deleted', api: 'DeleteBlob', blob: 'b' },
  ]);
  expect(changes[0]?.clientRequestId).toMatch(/^[0-9a-f-]{36}$/);
});
