import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { zip } from '../src/package/zip.ts';

const secretValue = 'correct horse battery staple';

/**
 * What the app does: it shows a setting that is a reference to a secret, and reads the secret by itself, as
 * `@azure/keyvault-secrets` does: asks, learns from the challenge for which resource the token must be, and asks again.
 */
const source = `
app.http('setting', { authLevel: 'anonymous', handler: () => ({ body: process.env.DB_PASSWORD }) });
app.http('secret', { authLevel: 'anonymous', handler: async () => {
  const url = process.env.SECRET_URL + '?api-version=7.6';
  const challenge = await fetch(url);
  const [, resource] = /resource="([^"]+)"/.exec(challenge.headers.get('www-authenticate')) ?? [];
  const identity = await fetch(
    process.env.IDENTITY_ENDPOINT + '?api-version=2019-08-01&resource=' + encodeURIComponent(resource),
    { headers: { 'x-identity-header': process.env.IDENTITY_HEADER } },
  );
  const { access_token: token } = await identity.json();
  const answer = await fetch(url, { headers: { authorization: 'Bearer ' + token } });
  return { status: answer.status, jsonBody: { challenge: challenge.status, ...(await answer.json()) } };
} });`;

const terraform = `
terraform {
  required_providers {
    azurerm = { source = "hashicorp/azurerm", version = "~> 4.79" }
  }
}

variable "project_name" {
  type = string
}

variable "subscription_id" {
  type = string
}

variable "grant" {
  type = bool
}

provider "azurerm" {
  subscription_id = var.subscription_id
  features {}
}

data "azurerm_client_config" "current" {}

resource "azurerm_resource_group" "this" {
  name     = "vaulted"
  location = "eastus2"
}

resource "azurerm_key_vault" "this" {
  name                       = "vaulted-kv"
  resource_group_name        = azurerm_resource_group.this.name
  location                   = azurerm_resource_group.this.location
  tenant_id                  = data.azurerm_client_config.current.tenant_id
  sku_name                   = "standard"
  rbac_authorization_enabled = true
}

resource "azurerm_key_vault_secret" "db" {
  name         = "db-password"
  key_vault_id = azurerm_key_vault.this.id
  value        = "${secretValue}"
  content_type = "text/plain"
}

resource "azurerm_service_plan" "this" {
  name                = "vaulted"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  os_type             = "Linux"
  sku_name            = "FC1"
}

resource "azurerm_function_app_flex_consumption" "this" {
  name                = "vaulted"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  service_plan_id     = azurerm_service_plan.this.id

  runtime_name    = "node"
  runtime_version = "24"

  storage_container_type      = "blobContainer"
  storage_container_endpoint  = "https://elsewhere.blob.core.windows.net/package"
  storage_authentication_type = "StorageAccountConnectionString"
  storage_access_key          = "key"

  identity {
    type = "SystemAssigned"
  }

  site_config {}

  app_settings = {
    DB_PASSWORD = "@Microsoft.KeyVault(SecretUri=\${azurerm_key_vault_secret.db.versionless_id})"
    SECRET_URL  = azurerm_key_vault_secret.db.versionless_id
  }
}

resource "terraform_data" "package" {
  input = { function_app_id = azurerm_function_app_flex_consumption.this.id, path = "\${path.module}/app.zip" }
}

resource "azurerm_role_assignment" "this" {
  count                = var.grant ? 1 : 0
  scope                = azurerm_key_vault.this.id
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_function_app_flex_consumption.this.identity[0].principal_id
}
`;

let directory: string | undefined;
let cloud: LocalCloud | undefined;
let warnings: string[] = [];

afterEach(async () => {
  await cloud?.close();
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  warnings = [];
});

async function start(variables: { grant: boolean }): Promise<LocalCloud> {
  directory = mkdtempSync(path.join(os.tmpdir(), 'vaulted-'));
  const sdk = path.resolve('node_modules/@azure/functions');
  const files = {
    'host.json': JSON.stringify({ version: '2.0' }),
    'package.json': JSON.stringify({ name: 'function', main: 'index.js' }),
    'index.js': `const { app } = require(${JSON.stringify(sdk)});\n${source}`,
  };
  writeFileSync(
    path.join(directory, 'app.zip'),
    zip(new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]))),
  );
  writeFileSync(path.join(directory, 'main.tf'), terraform);
  cloud = await startLocalCloud({
    cloud: 'azure',
    directory,
    variables,
    warn: (text) => warnings.push(text),
  });
  return cloud;
}

const get = (route: string) => fetch(`${cloud?.entrances[0]?.url}/api/${route}`);

test('with the role the setting is the secret, and the app can read it by itself', async () => {
  const { meter, unusedGrants } = await start({ grant: true });
  expect(warnings).toEqual([]);
  expect(await (await get('setting')).text()).toBe(secretValue);
  // Resolving the reference was a use of the role.
  expect(unusedGrants().map(({ kind }) => kind)).not.toContain('unused-role');

  const answer = await get('secret');
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    challenge: 401,
    value: secretValue,
    contentType: 'text/plain',
  });
  expect(meter.total('key-vault', 'operations')).toBe(2);
});

test('without the role the setting is the text of the reference, and the run says why', async () => {
  await start({ grant: false });
  const reference = '@Microsoft.KeyVault(SecretUri=https://vaulted-kv.vault.azure.net/secrets/db-password)';
  expect(await (await get('setting')).text()).toBe(reference);
  expect(warnings).toHaveLength(1);
  for (const part of [
    'setting DB_PASSWORD',
    'the secret db-password of vaulted-kv',
    'AccessToKeyVaultDenied',
    'Microsoft.KeyVault/vaults/secrets/getSecret/action',
  ])
    expect(warnings[0]).toContain(part);

  const answer = await get('secret');
  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({
    error: { code: 'Forbidden', innererror: { code: 'ForbiddenByRbac' } },
  });
  const said = [...warnings, ...(cloud?.logs.entries() ?? []).map(({ message }) => message)].join('\n');
  expect(said).not.toContain(secretValue);
});
