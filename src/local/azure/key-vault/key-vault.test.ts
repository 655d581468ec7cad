import { expect, test } from 'vitest';
import { secretsOfficer, secretsUser, startMs, testVault, vaultId } from './test-vault.ts';

const startSeconds = startMs / 1000;

/** A vault whose secrets the caller may do anything with. */
function officersVault(definition = {}) {
  const made = testVault(definition);
  made.assign({ guid: secretsOfficer });
  return made;
}

test('a request without a token gets the challenge that tells where tokens come from', async () => {
  const { ask, meter } = testVault();
  const { status, headers, body } = await ask('GET', '/secrets/db', undefined, { token: null });
  expect(status).toBe(401);
  expect(headers['www-authenticate']).toBe(
    'Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"',
  );
  expect(body.error).toEqual({
    code: 'Unauthorized',
    message: 'AKV10000: Request is missing a Bearer or PoP token.',
  });
  expect(meter.readings()).toEqual([]);
});

test('a token that is not from here, or is for another service, is not taken', async () => {
  const { ask } = officersVault();
  const foreign = await ask('GET', '/secrets', undefined, { token: 'made.up.token' });
  expect([foreign.status, foreign.body.error.code]).toEqual([401, 'Unauthorized']);
  const other = await ask('GET', '/secrets', undefined, { audience: 'https://management.azure.com' });
  expect([other.status, other.body.error.message]).toEqual([
    401,
    'AKV10022: Invalid audience. Expected https://vault.azure.net, found: https://management.azure.com.',
  ]);
});

test('a secret is set, read, and read by version', async () => {
  const { ask } = officersVault();
  const attributes = { enabled: true, nbf: startSeconds - 10, exp: startSeconds + 10 };
  const set = await ask('PUT', '/secrets/Db', {
    value: 'one',
    contentType: 'text/plain',
    tags: { a: 'b' },
    attributes,
  });
  expect(set.status).toBe(200);
  expect(set.body).toEqual({
    value: 'one',
    contentType: 'text/plain',
    tags: { a: 'b' },
    id: expect.stringMatching(/^https:\/\/kv\.vault\.azure\.net\/secrets\/Db\/[0-9a-f]{32}$/),
    attributes: {
      ...attributes,
      created: startSeconds,
      updated: startSeconds,
      recoveryLevel: 'Recoverable+Purgeable',
      recoverableDays: 90,
    },
  });
  const second = await ask('PUT', '/secrets/db', { value: 'two' });
  const [first, latest] = [set, second].map(({ body }) => body.id.split('/').at(-1));
  expect((await ask('GET', '/secrets/db/')).body).toEqual(second.body);
  expect((await ask('GET', `//secrets/db/${first}`)).body.value).toBe('one');
  const versions = await ask('GET', '/secrets/db/versions');
  expect(versions.items.map(({ id }) => id.split('/').at(-1))).toEqual([first, latest].toSorted());
  expect(JSON.stringify(versions.body)).not.toContain('value":"one');
});

test('what is not there is SecretNotFound', async () => {
  const { ask } = officersVault();
  await ask('PUT', '/secrets/db', { value: 'one' });
  const expected = (name: string) => ({
    code: 'SecretNotFound',
    message: expect.stringContaining(`A secret with (name/id) ${name} was not found in this key vault.`),
  });
  const missing = await ask('GET', '/secrets/none');
  expect([missing.status, missing.body.error]).toEqual([404, expected('none')]);
  const version = '0'.repeat(32);
  expect((await ask('GET', `/secrets/db/${version}`)).body.error).toEqual(expected(`db/${version}`));
  expect((await ask('PATCH', '/secrets/none', {})).status).toBe(404);
  expect((await ask('DELETE', '/secrets/none')).status).toBe(404);
  expect((await ask('GET', '/secrets/none/versions')).body).toEqual({ value: [], nextLink: null });
});

test('properties change without another version; a disabled secret cannot be read', async () => {
  const { ask, clock } = officersVault();
  const { id, attributes } = (await ask('PUT', '/secrets/db', { value: 'one', tags: { a: 'b' } })).body;
  clock.advance(5000);
  const changed = await ask('PATCH', '/secrets/db', { attributes: { enabled: false } });
  expect(changed.body).toEqual({
    id,
    tags: { a: 'b' },
    attributes: { ...attributes, enabled: false, updated: startSeconds + 5 },
  });
  const { status, body } = await ask('GET', '/secrets/db');
  expect([status, body.error]).toEqual([
    403,
    {
      code: 'Forbidden',
      message: 'Operation get is not allowed on a disabled secret.',
      innererror: { code: 'SecretDisabled' },
    },
  ]);
  expect((await ask('GET', '/secrets')).items).toHaveLength(1);
});

test('a secret is readable before and after its dates, as documented', async () => {
  const { ask } = officersVault();
  await ask('PUT', '/secrets/old', { value: 'one', attributes: { exp: startSeconds - 1 } });
  await ask('PUT', '/secrets/new', { value: 'two', attributes: { nbf: startSeconds + 1 } });
  expect((await ask('GET', '/secrets/old')).body.value).toBe('one');
  expect((await ask('GET', '/secrets/new')).body.value).toBe('two');
});

test('a list comes in pages of 25, without versions and values', async () => {
  const { ask } = officersVault();
  for (let index = 0; index < 30; index++)
    await ask('PUT', `/secrets/s${String(index).padStart(2, '0')}`, { value: 'v' });
  const first = await ask('GET', '/secrets');
  expect(first.body.value).toHaveLength(25);
  expect(first.items[0]).toEqual({
    id: 'https://kv.vault.azure.net/secrets/s00',
    attributes: expect.objectContaining({ enabled: true }),
  });
  const next = new URL(first.body.nextLink);
  expect(next.host).toBe('kv.vault.azure.net');
  const second = await ask('GET', `${next.pathname}${next.search}`);
  expect(second.items.map(({ id }) => id.slice(-3))).toEqual(['s25', 's26', 's27', 's28', 's29']);
  expect(second.body.nextLink).toBeNull();
  expect((await ask('GET', '/secrets?api-version=7.6&maxresults=26')).body.error.code).toBe('BadParameter');
  expect((await ask('GET', '/secrets?api-version=7.6&maxresults=10')).body.value).toHaveLength(10);
});

test('a deleted secret can be recovered until it is purged or its days are over', async () => {
  const { ask, clock } = officersVault({ retentionDays: 7 });
  const { id } = (await ask('PUT', '/secrets/db', { value: 'one' })).body;
  const deleted = await ask('DELETE', '/secrets/db');
  expect(deleted.body).toMatchObject({
    id,
    recoveryId: 'https://kv.vault.azure.net/deletedsecrets/db',
    deletedDate: startSeconds,
    scheduledPurgeDate: startSeconds + 7 * 86_400,
    attributes: { recoveryLevel: 'CustomizedRecoverable+Purgeable', recoverableDays: 7 },
  });
  expect((await ask('GET', '/deletedsecrets/db')).body).toEqual(deleted.body);
  expect((await ask('GET', '/deletedsecrets')).body.value).toHaveLength(1);
  expect((await ask('GET', '/secrets/db')).status).toBe(404);
  const again = await ask('PUT', '/secrets/db', { value: 'two' });
  expect([again.status, again.body.error.innererror]).toEqual([
    409,
    { code: 'ObjectIsDeletedButRecoverable' },
  ]);

  expect((await ask('POST', '/deletedsecrets/db/recover')).body.id).toBe(id);
  expect((await ask('GET', '/secrets/db')).body.value).toBe('one');
  expect((await ask('GET', '/deletedsecrets/db')).body.error).toEqual({
    code: 'SecretNotFound',
    message: 'Deleted Secret not found: db',
  });

  await ask('DELETE', '/secrets/db');
  const purged = await ask('DELETE', '/deletedsecrets/db');
  expect([purged.status, purged.body]).toEqual([204, {}]);
  expect((await ask('POST', '/deletedsecrets/db/recover')).status).toBe(404);

  await ask('PUT', '/secrets/db', { value: 'two' });
  await ask('DELETE', '/secrets/db');
  clock.advance(7 * 86_400_000);
  expect((await ask('GET', '/deletedsecrets')).body.value).toEqual([]);
  expect((await ask('PUT', '/secrets/db', { value: 'three' })).status).toBe(200);
});

test('purge protection keeps a deleted secret from being purged', async () => {
  const { ask } = officersVault({ purgeProtected: true });
  await ask('PUT', '/secrets/db', { value: 'one' });
  expect((await ask('DELETE', '/secrets/db')).body.attributes.recoveryLevel).toBe('Recoverable');
  const { status, body } = await ask('DELETE', '/deletedsecrets/db');
  expect([status, body.error.code]).toEqual([403, 'Forbidden']);
  expect(body.error.message).toContain('purge protection is enabled for this vault');
  expect((await ask('POST', '/deletedsecrets/db/recover')).status).toBe(200);
});

test('without a role the refusal names caller, action and resource', async () => {
  const { ask, identity } = testVault();
  const { status, body } = await ask('GET', '/secrets/Db');
  expect(status).toBe(403);
  expect(body.error.code).toBe('Forbidden');
  expect(body.error.innererror).toEqual({ code: 'ForbiddenByRbac' });
  expect(body.error.message.split('\r\n')).toEqual([
    'Caller is not authorized to perform action on resource.',
    'If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.',
    `Caller: appid=${identity.clientId};oid=${identity.principalId};iss=https://sts.windows.net/tenant/`,
    "Action: 'Microsoft.KeyVault/vaults/secrets/getSecret/action'",
    "Resource: '/subscriptions/sub/resourcegroups/shop/providers/microsoft.keyvault/vaults/kv/secrets/db'",
    'Assignment: (not found)',
    'DenyAssignmentId: null',
    'DecisionReason: null ',
    'Vault: kv;location=eastus2',
    '',
  ]);
});

test.each([
  ['GET', '/secrets', 'readMetadata/action'],
  ['GET', '/secrets/db/versions', 'readMetadata/action'],
  ['GET', '/secrets/db', 'getSecret/action'],
  ['PUT', '/secrets/db', 'setSecret/action'],
  ['PATCH', '/secrets/db', 'update/action'],
  ['DELETE', '/secrets/db', 'delete'],
  ['GET', '/deletedsecrets', 'readMetadata/action'],
  ['GET', '/deletedsecrets/db', 'readMetadata/action'],
  ['POST', '/deletedsecrets/db/recover', 'recover/action'],
  ['DELETE', '/deletedsecrets/db', 'purge/action'],
])('%s %s takes %s', async (method, path, action) => {
  const { ask } = testVault();
  const { body } = await ask(method, path);
  expect(body.error.message).toContain(`Action: 'Microsoft.KeyVault/vaults/secrets/${action}'`);
});

test('a role for one secret opens that secret only, and reading is not writing', async () => {
  const { ask, assign, vault, authorization } = testVault();
  vault.set('mine', '0'.repeat(32), 'one');
  vault.set('other', '1'.repeat(32), 'two');
  assign({ guid: secretsUser, at: `${vaultId}/secrets/mine` });
  expect(authorization.unused()).toMatchObject([{ kind: 'unused-role' }]);
  expect((await ask('GET', '/secrets/mine')).body.value).toBe('one');
  expect(authorization.unused()).toMatchObject([
    { kind: 'wide-role', usedActions: ['Microsoft.KeyVault/vaults/secrets/getSecret/action'] },
  ]);
  expect((await ask('GET', '/secrets/other')).status).toBe(403);
  expect((await ask('GET', '/secrets')).status).toBe(403);
  expect((await ask('PUT', '/secrets/mine', { value: 'three' })).status).toBe(403);
});

test('every authenticated call is one operation, refused ones too', async () => {
  const { ask, meter } = testVault();
  await ask('GET', '/secrets/db');
  await ask('GET', '/secrets/db', undefined, { token: null });
  await ask('GET', '/secrets');
  expect(meter.readings()).toEqual([
    { service: 'key-vault', unit: 'operations', resource: vaultId, quantity: 2 },
  ]);
});

test.each<[string, string, unknown, string]>([
  ['PUT', '/secrets/my_name', { value: 'v' }, 'The request URI contains an invalid name: my_name'],
  ['PUT', '/secrets/db', { values: 'v' }, 'Property value has invalid value'],
  ['PUT', '/secrets/db', { value: 'v'.repeat(25_601) }, '25600 bytes'],
  ['PUT', '/secrets/db', undefined, 'not valid JSON'],
  ['GET', '/secrets?maxresults=1', undefined, 'api-version must be specified'],
  ['GET', '/secrets?api-version=9.9', undefined, 'The specified version (9.9) is not recognized.'],
])('%s %s %o is a bad parameter', async (method, path, body, message) => {
  const { ask } = officersVault();
  const reply = await ask(method, path, body);
  expect([reply.status, reply.body.error.code]).toEqual([400, 'BadParameter']);
  expect(reply.body.error.message).toContain(message);
});

test('what there is not is said: backups, keys, other vaults', async () => {
  const { ask } = officersVault();
  for (const path of ['/secrets/db/backup', '/secrets/restore', '/keys/k/create']) {
    const { status, body } = await ask('POST', path, {});
    expect([status, body.error.message]).toEqual([
      501,
      `'POST ${path}' is not implemented by the local Key Vault.`,
    ]);
  }
  const elsewhere = await ask('GET', '/secrets', undefined, { host: 'other.vault.azure.net' });
  expect([elsewhere.status, elsewhere.body.error.message]).toEqual([
    404,
    'There is no key vault other.vault.azure.net in this stack.',
  ]);
});

test('a preview of a version counts as the version', async () => {
  const { ask } = officersVault();
  expect((await ask('GET', '/secrets?api-version=7.4-preview.1')).status).toBe(200);
});
