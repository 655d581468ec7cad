import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeletePublicAccessBlockCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure, policyOf, type S3Fixture, s3Fixture } from './s3-fixture.ts';
import { sign } from './signature.ts';

let fixture: S3Fixture;
const Bucket = 'photos';
const arn = `arn:aws:s3:::${Bucket}`;

beforeEach(async () => {
  fixture = await s3Fixture();
  await fixture.client.send(new CreateBucketCommand({ Bucket }));
  await fixture.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello' }));
});
afterEach(() => fixture.close());

const allow = (Action: string | string[], Resource: string | string[], rest: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...rest,
});
const get = (client: S3Client, Key: string) => client.send(new GetObjectCommand({ Bucket, Key }));
const put = (client: S3Client, Key: string) => client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));

describe('permissions', () => {
  it('are needed for each operation, on the object or on the bucket', async () => {
    const reader = fixture.clientOf([allow('s3:GetObject', `${arn}/*`)]);
    expect(await failure(get(reader, 'a'))).toBe('nothing failed');
    expect(await failure(put(reader, 'a'))).toBe(
      'AccessDenied 403: User: arn:aws:sts::123456789012:assumed-role/role-0/session is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::photos/a" because no identity-based policy allows the s3:PutObject action',
    );
    expect(await failure(reader.send(new DeleteObjectCommand({ Bucket, Key: 'a' })))).toMatch(
      /^AccessDenied 403/,
    );
    expect(await failure(reader.send(new ListObjectsV2Command({ Bucket })))).toMatch(
      /s3:ListBucket on resource: "arn:aws:s3:::photos"/,
    );
    expect(await failure(reader.send(new ListBucketsCommand()))).toMatch(/s3:ListAllMyBuckets/);
  });

  it('tell only those who may list the bucket that an object is missing', async () => {
    const reader = fixture.clientOf([allow('s3:GetObject', `${arn}/*`)]);
    expect(await failure(get(reader, 'none'))).toMatch(/^AccessDenied 403: .* s3:ListBucket/);
    const lister = fixture.clientOf([allow('s3:GetObject', `${arn}/*`), allow('s3:ListBucket', arn)]);
    expect(await failure(get(lister, 'none'))).toBe('NoSuchKey 404: The specified key does not exist.');
  });

  it('of a copy are those of reading and writing, of a batch those of each object', async () => {
    const copier = fixture.clientOf([
      allow('s3:GetObject', `${arn}/*`),
      allow('s3:PutObject', `${arn}/copies/*`),
    ]);
    const copy = (Key: string) =>
      failure(copier.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/a` })));
    expect(await copy('copies/a')).toBe('nothing failed');
    expect(await copy('other/a')).toMatch(/^AccessDenied 403: .*s3:PutObject/);
    const remover = fixture.clientOf([allow('s3:DeleteObject', `${arn}/copies/*`)]);
    const Objects = [{ Key: 'copies/a' }, { Key: 'a' }];
    expect(await remover.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))).toMatchObject({
      Deleted: [{ Key: 'copies/a' }],
      Errors: [{ Key: 'a', Code: 'AccessDenied' }],
    });
  });

  it('may depend on prefixes and tags', async () => {
    const home = fixture.clientOf([
      allow('s3:ListBucket', arn, { Condition: { StringLike: { 's3:prefix': 'home/*' } } }),
      allow('s3:GetObject', `${arn}/*`, {
        Condition: { StringEquals: { 's3:ExistingObjectTag/public': 'yes' } },
      }),
    ]);
    const list = (Prefix: string) => failure(home.send(new ListObjectsV2Command({ Bucket, Prefix })));
    expect(await list('home/a')).toBe('nothing failed');
    expect(await list('')).toMatch(/^AccessDenied/);
    expect(await failure(get(home, 'a'))).toMatch(/^AccessDenied/);
    await fixture.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', Tagging: 'public=yes' }));
    expect(await failure(get(home, 'a'))).toBe('nothing failed');
  });

  it('come from the bucket policy too, which can let everybody in only when that is not blocked', async () => {
    const Policy = policyOf([{ ...allow('s3:GetObject', `${arn}/*`), Principal: '*' }]);
    const stranger = fixture.clientOf([allow('s3:ListAllMyBuckets', '*')]);
    const putPolicy = () => failure(fixture.client.send(new PutBucketPolicyCommand({ Bucket, Policy })));
    const read = async () => (await fetch(`${fixture.endpoint}/${Bucket}/a`)).status;
    expect(await putPolicy()).toMatch(/^AccessDenied 403: .*BlockPublicPolicy/);
    expect(await read()).toBe(403);
    await fixture.client.send(new DeletePublicAccessBlockCommand({ Bucket }));
    expect(await putPolicy()).toBe('nothing failed');
    expect(await read()).toBe(200);
    const written = await fetch(`${fixture.endpoint}/${Bucket}/a`, { method: 'PUT', body: 'x' });
    expect([written.status, await written.text()]).toEqual([
      403,
      expect.stringContaining('<Code>AccessDenied</Code><Message>Access Denied</Message>'),
    ]);
    expect(await failure(put(stranger, 'a'))).toMatch(/^AccessDenied/);
    expect(await failure(get(stranger, 'a'))).toBe('nothing failed');
  });
});

describe('a presigned URL', () => {
  const presign = (command: GetObjectCommand | PutObjectCommand, client = fixture.client, expiresIn = 60) =>
    getSignedUrl(client, command, { expiresIn });
  const codeOf = async (response: Response) => /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1];

  it('lets its bearer do what its maker may, for a time', async () => {
    const maker = fixture.clientOf([allow('s3:GetObject', `${arn}/a`), allow('s3:ListBucket', arn)]);
    const url = await presign(new GetObjectCommand({ Bucket, Key: 'a' }), maker);
    expect(await (await fetch(url)).text()).toBe('hello');
    const other = await presign(new GetObjectCommand({ Bucket, Key: 'b' }), maker);
    expect((await fetch(other)).status).toBe(403);
    fixture.clock.advance(61_000);
    const late = await fetch(url);
    expect(await late.text()).toContain('<Code>AccessDenied</Code><Message>Request has expired</Message>');
  });

  it('is good for nothing when anything in it is changed', async () => {
    const url = await presign(new GetObjectCommand({ Bucket, Key: 'a' }));
    const changes = [url.replace('/a?', '/b?'), url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600')];
    for (const changed of changes) expect(await codeOf(await fetch(changed))).toBe('SignatureDoesNotMatch');
    expect(await codeOf(await fetch(url, { method: 'DELETE' }))).toBe('SignatureDoesNotMatch');
    expect(await codeOf(await fetch(`${url}&versionId=x`))).toBe('SignatureDoesNotMatch');
  });

  it('is refused when it is to live for longer than a week', async () => {
    const url = await presign(new GetObjectCommand({ Bucket, Key: 'a' }));
    const response = await fetch(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=604801'));
    expect(await codeOf(response)).toBe('AuthorizationQueryParametersError');
  });

  it('for an upload holds the checksum of an empty body, unless its maker computes none', async () => {
    const url = await presign(new PutObjectCommand({ Bucket, Key: 'up' }));
    const refused = await fetch(url, { method: 'PUT', body: 'hello' });
    expect([refused.status, await codeOf(refused)]).toEqual([400, 'BadDigest']);
    const client = fixture.clientWith({ requestChecksumCalculation: 'WHEN_REQUIRED' });
    const taken = await fetch(await presign(new PutObjectCommand({ Bucket, Key: 'up' }), client), {
      method: 'PUT',
      body: 'hello',
    });
    expect(taken.status).toBe(200);
    expect((await get(fixture.client, 'up')).ContentLength).toBe(5);
  });

  it('binds the headers that were signed with it', async () => {
    const client = fixture.clientWith({ requestChecksumCalculation: 'WHEN_REQUIRED' });
    const url = await getSignedUrl(
      client,
      new PutObjectCommand({ Bucket, Key: 'up', ContentType: 'image/png' }),
      { signableHeaders: new Set(['content-type']) },
    );
    const upload = (type: string) =>
      fetch(url, { method: 'PUT', body: 'x', headers: { 'content-type': type } });
    expect((await upload('text/html')).status).toBe(403);
    expect((await upload('image/png')).status).toBe(200);
  });
});

describe('a form', () => {
  const day = () => new Date(fixture.clock.now()).toISOString().slice(0, 10).replaceAll('-', '');

  function formOf(conditions: unknown[], fields: Record<string, string>, file: string, expiresInMs = 60_000) {
    const scope = `${day()}/us-east-1/s3/aws4_request`;
    const signing = {
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': `local/${scope}`,
      'x-amz-date': `${day()}T000000Z`,
    };
    const all = [...conditions, ...Object.entries(signing).map(([name, value]) => ({ [name]: value }))];
    const expiration = new Date(fixture.clock.now() + expiresInMs).toISOString();
    const policy = Buffer.from(JSON.stringify({ expiration, conditions: all })).toString('base64');
    const form = new FormData();
    const values = { ...fields, ...signing, policy, 'x-amz-signature': sign('local', scope, policy) };
    for (const [name, value] of Object.entries(values)) form.set(name, value);
    form.set('file', new Blob([file], { type: 'text/plain' }), 'my file.txt');
    return form;
  }
  const post = (form: FormData) => fetch(`${fixture.endpoint}/${Bucket}`, { method: 'POST', body: form });
  const conditions = [
    { bucket: Bucket },
    ['starts-with', '$key', 'in/'],
    ['content-length-range', 2, 10],
    { 'Content-Type': 'text/plain' },
  ];

  it('uploads what its policy allows', async () => {
    const fields = { key: 'in/${filename}', 'Content-Type': 'text/plain' };
    const answer = await post(formOf(conditions, fields, 'hello'));
    expect([answer.status, answer.headers.get('etag')]).toEqual([204, '"5d41402abc4b2a76b9719d911017c592"']);
    expect(await get(fixture.client, 'in/my file.txt')).toMatchObject({
      ContentType: 'text/plain',
      ContentLength: 5,
    });
    const created = await post(
      formOf(
        [...conditions, { success_action_status: '201' }],
        { ...fields, success_action_status: '201' },
        'hello',
      ),
    );
    expect([created.status, await created.text()]).toEqual([
      201,
      expect.stringContaining('<Key>in/my file.txt</Key>'),
    ]);
  });

  it('is refused when it is late, too large, changed or has more than its policy says', async () => {
    const fields = { key: 'in/a', 'Content-Type': 'text/plain' };
    const answerTo = async (form: FormData) => {
      const response = await post(form);
      const [, code, message] =
        /<Code>(.*)<\/Code><Message>(.*)<\/Message>/.exec(await response.text()) ?? [];
      return `${response.status} ${code}: ${message}`;
    };
    expect(await answerTo(formOf(conditions, fields, 'hello', -1))).toBe(
      '403 AccessDenied: Invalid according to Policy: Policy expired.',
    );
    expect(await answerTo(formOf(conditions, fields, 'x'.repeat(11)))).toMatch(/^400 EntityTooLarge/);
    expect(await answerTo(formOf(conditions, fields, 'x'))).toMatch(/^400 EntityTooSmall/);
    expect(await answerTo(formOf(conditions, { ...fields, key: 'out/a' }, 'hello'))).toBe(
      '403 AccessDenied: Invalid according to Policy: Policy Condition failed: [&quot;starts-with&quot;,&quot;$key&quot;,&quot;in/&quot;]',
    );
    expect(await answerTo(formOf(conditions, { ...fields, 'x-amz-meta-a': '1' }, 'hello'))).toBe(
      '403 AccessDenied: Invalid according to Policy: Extra input fields: x-amz-meta-a',
    );
    const changed = formOf(conditions, fields, 'hello');
    changed.set('policy', Buffer.from('{}').toString('base64'));
    expect(await answerTo(changed)).toMatch(/^403 SignatureDoesNotMatch/);
  });
});
