import { expect, it } from 'vitest';
import { virtualClock } from '../engine/clock.ts';
import type { WireResponse } from '../engine/wire.ts';
import { metadataServer } from './metadata-server.ts';

const email = 'worker@acme-123456.iam.gserviceaccount.com';
const clock = virtualClock(Date.UTC(2030, 0, 1));
let issued = 0;
const handler = metadataServer(
  {
    scope: { projectId: 'acme-123456', projectNumber: '42', region: 'europe-west1' },
    email,
    instanceId: '00ab',
  },
  {
    clock,
    issueToken: (of, scopes) => `access ${++issued} of ${of} for ${scopes}`,
    issueIdToken: (of, audience) => `id ${++issued} of ${of} for ${audience}`,
  },
);

async function ask(target: string, headers: Record<string, string> = { 'metadata-flavor': 'Google' }) {
  const [path = '', query = ''] = target.split('?');
  const request = {
    method: 'GET',
    host: 'metadata.google.internal',
    path,
    query,
    headers,
    body: Buffer.of(),
  };
  const { status, headers: answered, body }: WireResponse = await handler(request);
  expect(answered['metadata-flavor']).toBe('Google');
  return { status, text: String(body) };
}

const account = '/computeMetadata/v1/instance/service-accounts/default';

it.each([
  ['/computeMetadata/v1/project/project-id', 'acme-123456'],
  ['/computeMetadata/v1/project/numeric-project-id', '42'],
  ['/computeMetadata/v1/instance/region', 'projects/42/regions/europe-west1'],
  ['/computeMetadata/v1/instance/id', '00ab'],
  ['/computeMetadata/v1/universe/universe-domain', 'googleapis.com'],
  [`${account}/email`, email],
  [`/computeMetadata/v1/instance/service-accounts/${email}/email`, email],
  [`${account}/scopes`, 'https://www.googleapis.com/auth/cloud-platform\n'],
  ['/computeMetadata/v1/instance/service-accounts/', `default/\n${email}/\n`],
  [
    `${account}/?recursive=true`,
    `{"aliases":["default"],"email":"${email}","scopes":["https://www.googleapis.com/auth/cloud-platform"]}`,
  ],
])('answers %s', async (path, expected) => {
  expect(await ask(path)).toEqual({ status: 200, text: expected });
});

it('gives the same token until it is about to expire', async () => {
  const token = async () => JSON.parse((await ask(`${account}/token`)).text);
  const first = await token();
  expect(first).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
  clock.advance(30 * 60_000);
  expect(await token()).toEqual({ ...first, expires_in: 1800 });
  clock.advance(26 * 60_000);
  const second = await token();
  expect(second.expires_in).toBe(3600);
  expect(second.access_token).not.toBe(first.access_token);
});

it('gives ID tokens for an audience, and none without', async () => {
  const { text } = await ask(`${account}/identity?audience=https://a.example`);
  expect(text).toContain(`of ${email} for https://a.example`);
  expect((await ask(`${account}/identity?audience=https://b.example`)).text).not.toBe(text);
  expect((await ask(`${account}/identity`)).status).toBe(400);
});

it('refuses what may have been forged, other accounts and what does not exist', async () => {
  const { status } = await ask(`${account}/token`, {});
  expect(status).toBe(403);
  const forwarded = { 'metadata-flavor': 'Google', 'x-forwarded-for': '10.0.0.1' };
  expect((await ask(`${account}/token`, forwarded)).status).toBe(403);
  const other = 'other@acme-123456.iam.gserviceaccount.com';
  expect((await ask(`/computeMetadata/v1/instance/service-accounts/${other}/token`)).status).toBe(404);
  expect((await ask(`${account}/toString`)).status).toBe(404);
  expect((await ask('/computeMetadata/v1/instance/disks')).status).toBe(404);
  expect((await ask('/')).status).toBe(404);
});
