import { expect, test } from 'vitest';
import { virtualClock } from '../../engine/clock.ts';
import { managedIdentity } from '../authorization/identity.ts';
import { identityEndpoint } from './identity-endpoint.ts';

const scope = { subscriptionId: 'sub', tenantId: 'tenant' };
const own = managedIdentity('/subscriptions/sub/own', scope);
const foreign = managedIdentity('/subscriptions/sub/foreign', scope);
const system = managedIdentity('/subscriptions/sub/site', scope);

const answer = identityEndpoint({
  clock: virtualClock(1_700_000_000_500),
  appOf(secret) {
    if (secret === 'user') return { userAssigned: [own] };
    return secret === 'system' ? { userAssigned: [], systemAssigned: system } : undefined;
  },
  issueToken: (objectId, audience) => `${objectId} for ${audience}`,
});

function ask(secret: string | undefined, query: Record<string, string>) {
  const response = answer({
    method: 'GET',
    host: '169.254.129.2',
    path: '/msi/token',
    query: new URLSearchParams({ 'api-version': '2019-08-01', ...query }).toString(),
    headers: secret === undefined ? {} : { 'x-identity-header': secret },
    body: Buffer.alloc(0),
  });
  return { status: response.status, body: JSON.parse(String(response.body)) };
}

const resource = 'https://vault.azure.net';

test.each([
  ['client id', { client_id: own.clientId }],
  ['object id', { principal_id: own.principalId }],
  ['resource id', { mi_res_id: own.resourceId.toUpperCase() }],
])('gives a token of the identity with a %s', (_name, query) => {
  expect(ask('user', { resource, ...query })).toEqual({
    status: 200,
    body: {
      access_token: `${own.principalId} for ${resource}`,
      client_id: own.clientId,
      expires_on: '1700086400',
      not_before: '1700000000',
      resource,
      token_type: 'Bearer',
    },
  });
});

test('gives a token of the system-assigned identity when none is named', () => {
  expect(ask('system', { resource }).body.client_id).toBe(system.clientId);
  expect(ask('user', { resource })).toMatchObject({
    status: 400,
    body: { message: 'Unable to load the proper Managed Identity.' },
  });
});

test('gives no token of an identity that the app does not have', () => {
  expect(ask('user', { resource, client_id: foreign.clientId })).toEqual({
    status: 400,
    body: {
      statusCode: 400,
      message:
        'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
    },
  });
});

test('gives nothing to who does not show the secret of an app, or names no resource', () => {
  expect(ask(undefined, { resource }).status).toBe(401);
  expect(ask('guessed', { resource }).status).toBe(401);
  expect(ask('system', {}).status).toBe(400);
});
