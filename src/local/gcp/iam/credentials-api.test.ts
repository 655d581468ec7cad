import { expect, test } from 'vitest';
import type { WireResponse } from '../../engine/wire.ts';
import { credentialsApi, credentialsHost, ServiceAccountKeys } from './credentials-api.ts';

const account = 'signer@demo.iam.gserviceaccount.com';

async function signBlob(keys: ServiceAccountKeys, payload: string, allowed = true): Promise<WireResponse> {
  const api = credentialsApi(
    {
      authenticate: (token) => (token === 'good' ? { kind: 'serviceAccount', email: 'app@demo' } : undefined),
      isAllowed: (_, { permission, resource }) =>
        allowed &&
        permission === 'iam.serviceAccounts.signBlob' &&
        resource === `projects/-/serviceAccounts/${account}`,
    },
    keys,
  );
  return api({
    method: 'POST',
    host: credentialsHost,
    path: `/v1/projects/-/serviceAccounts/${account}:signBlob`,
    query: '',
    headers: { authorization: 'Bearer good' },
    body: Buffer.from(JSON.stringify({ payload })),
  });
}

test('signs with the key of the account, and of no other', async () => {
  const keys = new ServiceAccountKeys();
  const { status, body } = await signBlob(keys, Buffer.from('text').toString('base64'));
  expect(status).toBe(200);
  const { signedBlob } = JSON.parse(String(body)) as { signedBlob: string };
  const signature = Buffer.from(signedBlob, 'base64');
  expect(keys.verify(account, 'text', signature)).toBe(true);
  expect(keys.verify(account, 'other text', signature)).toBe(false);
  expect(keys.verify('other@demo.iam.gserviceaccount.com', 'text', signature)).toBe(false);
});

test('needs the permission on that account, and a payload in base64', async () => {
  const keys = new ServiceAccountKeys();
  const denied = await signBlob(keys, 'YQ==', false);
  expect(denied.status).toBe(403);
  expect(String(denied.body)).toContain("Permission 'iam.serviceAccounts.signBlob' denied on resource");
  expect((await signBlob(keys, 'not base64!')).status).toBe(400);
});
