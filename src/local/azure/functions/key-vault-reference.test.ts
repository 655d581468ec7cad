import { expect, test } from 'vitest';
import { secretsUser, testVault } from '../key-vault/test-vault.ts';
import { parseReference, resolveReferences } from './key-vault-reference.ts';

const version = '0123456789abcdef'.repeat(2);

test.each([
  ['SecretUri=https://kv.vault.azure.net/secrets/db', { vault: 'kv', name: 'db' }],
  ['SecretUri=https://kv.vault.azure.net/secrets/db/', { vault: 'kv', name: 'db' }],
  [`SecretUri=https://kv.vault.azure.net/secrets/db/${version}`, { vault: 'kv', name: 'db', version }],
  ['VaultName=kv;SecretName=db', { vault: 'kv', name: 'db' }],
  ['VaultName=kv;SecretName=db;', { vault: 'kv', name: 'db' }],
  [`VaultName=kv;SecretName=db;SecretVersion=${version}`, { vault: 'kv', name: 'db', version }],
])('%s is a reference', (reference, place) => {
  expect(parseReference(`@Microsoft.KeyVault(${reference})`)).toEqual({ kind: 'secret', place });
});

test.each([
  '@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/keys/db)',
  '@Microsoft.KeyVault(SecretUri=https://example.com/secrets/db)',
  '@Microsoft.KeyVault(VaultName=kv)',
  '@Microsoft.KeyVault(VaultName=kv;SecretName=db;Colour=red)',
  '@Microsoft.KeyVault(VaultName=kv;SecretName=db',
])('%s is not valid', (value) => {
  expect(parseReference(value)).toEqual({ kind: 'invalid' });
});

test('any other text is a plain value', () => {
  expect(parseReference('https://kv.vault.azure.net/secrets/db')).toEqual({ kind: 'plain' });
});

/** Resolves one setting of an app that asks as the test's identity. */
function resolve(value: string, options: { assigned?: boolean; hasIdentity?: boolean } = {}) {
  const { assigned = true, hasIdentity = true } = options;
  const made = testVault();
  const { vault, keyVaults, identity, assign, meter } = made;
  vault.set('db', version, 'correct horse');
  vault.set('off', version, 'battery', { enabled: false });
  if (assigned) assign({ guid: secretsUser });
  const warnings: string[] = [];
  const { DB } = resolveReferences(
    { name: 'shop', settings: { DB: value }, ...(hasIdentity && { keyVaultIdentity: identity }) },
    { secrets: keyVaults, warn: (text) => warnings.push(text) },
  );
  return { DB, warnings, operations: meter.total('key-vault', 'operations') };
}

const reference = (name: string) => `@Microsoft.KeyVault(VaultName=kv;SecretName=${name})`;

test('a reference becomes the secret, which is one operation of the vault', () => {
  expect(resolve(reference('db'))).toEqual({ DB: 'correct horse', warnings: [], operations: 1 });
  expect(resolve('plain')).toEqual({ DB: 'plain', warnings: [], operations: 0 });
});

test.each<[string, string, string, Parameters<typeof resolve>[1]]>([
  ['no right', reference('db'), 'AccessToKeyVaultDenied', { assigned: false }],
  ['no identity', reference('db'), 'MSINotEnabled', { hasIdentity: false }],
  ['no secret', reference('none'), 'SecretNotFound', {}],
  ['no version', reference(`db;SecretVersion=${'f'.repeat(32)}`), 'SecretVersionNotFound', {}],
  ['no vault', '@Microsoft.KeyVault(VaultName=other;SecretName=db)', 'VaultNotFound', {}],
  ['a disabled secret', reference('off'), 'OtherReasons', {}],
  ['a wrong form', '@Microsoft.KeyVault(db)', 'InvalidSyntax', {}],
])('with %s the app gets the text of the reference, and the run says why', (_, value, reason, options) => {
  const { DB, warnings } = resolve(value, options);
  expect(DB).toBe(value);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(
    new RegExp(`^shop gets the text of the Key Vault reference in its setting DB .*: ${reason} \\(`),
  );
});
