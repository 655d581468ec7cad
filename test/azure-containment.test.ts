import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { zip } from '../src/package/zip.ts';

/** What apps may do to the platform, each behind an app of its own. `app` stands for the programming model. */
const apps = {
  good: `app.http('good', { route: 'good', authLevel: 'anonymous', handler: () => ({ body: 'ok' }) });
    app.http('locked', { route: 'locked', authLevel: 'function', handler: () => ({ body: 'opened' }) });
    app.http('who', { route: 'who', authLevel: 'anonymous',
      handler: (request) => ({ jsonBody: Object.keys(Object.fromEntries(request.headers)) }) });
    app.http('settings', { route: 'settings', authLevel: 'anonymous', handler: () => ({ jsonBody: process.env }) });
    app.http('size', { methods: ['POST'], route: 'size', authLevel: 'anonymous',
      handler: async (request) => ({ body: String((await request.arrayBuffer()).byteLength) }) });`,
  loops: `app.http('loops', { route: 'loops', authLevel: 'anonymous', handler: () => { for (;;); } });`,
  leaks: `const kept = []; app.http('leaks', { route: 'leaks', authLevel: 'anonymous', handler: () => {
    for (;;) kept.push(Buffer.alloc(1 << 24, 1)); } });`,
  exits: `app.http('exits', { route: 'exits', authLevel: 'anonymous', handler: () => process.exit(3) });`,
  fails: `app.http('fails', { route: 'fails', authLevel: 'anonymous', handler: () => { throw new RangeError('no such thing'); } });`,
  broken: `throw new TypeError('cannot start');`,
  outside: `app.http('outside', { route: 'outside', authLevel: 'anonymous', handler: async () => {
    await fetch('https://example.com/'); return { body: 'reached' }; } });`,
};

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

provider "azurerm" {
  subscription_id = var.subscription_id
  features {}
}

locals {
  names = toset(${JSON.stringify(Object.keys(apps))})
}

resource "azurerm_resource_group" "this" {
  name     = "hostile"
  location = "eastus2"
}

resource "azurerm_service_plan" "this" {
  name                = "hostile"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  os_type             = "Linux"
  sku_name            = "FC1"
}

resource "azurerm_function_app_flex_consumption" "this" {
  for_each            = local.names
  name                = each.key
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  service_plan_id     = azurerm_service_plan.this.id

  runtime_name    = "node"
  runtime_version = "24"

  storage_container_type      = "blobContainer"
  storage_container_endpoint  = "https://elsewhere.blob.core.windows.net/package"
  storage_authentication_type = "StorageAccountConnectionString"
  storage_access_key          = "key"

  instance_memory_in_mb = 512

  site_config {
    cors {
      allowed_origins = ["https://app.example.com"]
    }
  }

  app_settings = {
    AzureFunctionsJobHost__functionTimeout = each.key == "leaks" ? "00:00:30" : "00:00:01"
    FUNCTIONS_REQUEST_BODY_SIZE_LIMIT      = "1000"
    GREETING                               = "hello"
  }
}

resource "terraform_data" "package" {
  for_each = azurerm_function_app_flex_consumption.this
  input    = { function_app_id = each.value.id, path = "\${path.module}/\${each.key}.zip" }
}
`;

const directory = mkdtempSync(path.join(os.tmpdir(), 'hostile-'));
const warnings: string[] = [];
let cloud: LocalCloud;

/** A package that takes the programming model from where it is installed. */
const packageOf = (source: string) =>
  zip(
    new Map([
      ['host.json', Buffer.from(JSON.stringify({ version: '2.0' }))],
      ['package.json', Buffer.from(JSON.stringify({ name: 'function', main: 'index.js' }))],
      ['index.js', Buffer.from(`const { app } = require(${JSON.stringify(sdk)});\n${source}`)],
    ]),
  );
const sdk = path.resolve('node_modules/@azure/functions');

beforeAll(async () => {
  for (const [name, source] of Object.entries(apps))
    writeFileSync(path.join(directory, `${name}.zip`), packageOf(source));
  writeFileSync(path.join(directory, 'main.tf'), terraform);
  cloud = await startLocalCloud({ cloud: 'azure', directory, warn: (text) => warnings.push(text) });
});

afterAll(async () => {
  await cloud?.close();
  rmSync(directory, { recursive: true, force: true });
});

const urlOf = (name: string) => cloud.entrances.find((entrance) => entrance.name === name)?.url ?? '';

async function call(name: string, route = name, init?: RequestInit) {
  const response = await fetch(`${urlOf(name)}/api/${route}`, init);
  return { status: response.status, body: await response.text() };
}

const logText = () =>
  cloud.logs
    .entries()
    .map(({ message }) => message)
    .join('\n');

test('an app that does not load answers 503 and says why, and keeps no other from starting', async () => {
  expect(await call('broken')).toEqual({ status: 503, body: 'Function host is not running.' });
  expect(warnings.join('\n')).toContain('Function app broken does not start: cannot start');
  expect(await call('good')).toEqual({ status: 200, body: 'ok' });
});

test('a function that throws is a 500 without a word of its error, which the log has', async () => {
  expect(await call('fails')).toEqual({ status: 500, body: '' });
  expect(logText()).toContain('no such thing');
});

test('the timeout that an app setting gives ends an endless loop', async () => {
  expect(await call('loops')).toEqual({ status: 500, body: '' });
  expect(logText()).toContain('Timeout value of 00:00:01 was exceeded by function: Functions.loops');
});

test('an instance that takes more memory than it has is ended, and replaced for the next call', async () => {
  expect((await call('leaks')).status).toBeGreaterThanOrEqual(500);
  expect((await call('leaks')).status).toBeGreaterThanOrEqual(500);
  expect(logText()).toContain(': out of memory');
});

test('a process that ends itself is replaced', async () => {
  expect((await call('exits')).status).toBe(500);
  expect((await call('exits')).status).toBe(500);
  expect(logText()).toContain('node exited with code 3');
});

test('a call to an address outside the machine is refused and named', async () => {
  expect((await call('outside')).status).toBe(500);
  expect(warnings.join('\n')).toContain('outside tried to reach example.com:443');
});

test('a function key opens what asks for one; the caller is told which', async () => {
  expect((await call('good', 'locked')).status).toBe(401);
  const headers = cloud.entrances.find(({ name }) => name === 'good')?.callerHeaders() ?? {};
  expect(await call('good', 'locked', { headers })).toEqual({ status: 200, body: 'opened' });
  expect((await call('good', `locked?code=${headers['x-functions-key']}`)).status).toBe(200);
});

test('routes that no function has are 404, the root is the homepage', async () => {
  expect(await call('good', 'nothing-here')).toEqual({ status: 404, body: '' });
  const home = await fetch(urlOf('good'));
  expect([home.status, await home.text()]).toEqual([200, expect.stringContaining('is up and running')]);
});

test('a body above the limit of the app is refused before the function sees it', async () => {
  const post = (bytes: number) => call('good', 'size', { method: 'POST', body: 'x'.repeat(bytes) });
  expect(await post(1000)).toEqual({ status: 200, body: '1000' });
  expect((await post(1001)).status).toBe(413);
});

test('nobody but the platform says who the caller is', async () => {
  const forged = { headers: { 'x-ms-client-principal-id': 'somebody', 'x-other': '1' } };
  const { body } = await call('good', 'who', forged);
  expect(JSON.parse(body)).toContain('x-other');
  expect(body).not.toContain('x-ms-client-principal');
});

test('the environment is that of the cloud', async () => {
  const environment: Record<string, string> = JSON.parse((await call('good', 'settings')).body);
  expect(environment).toMatchObject({
    GREETING: 'hello',
    WEBSITE_SITE_NAME: 'good',
    WEBSITE_HOSTNAME: 'good.azurewebsites.net',
    WEBSITE_RESOURCE_GROUP: 'hostile',
    WEBSITE_SKU: 'FlexConsumption',
    REGION_NAME: 'eastus2',
  });
  expect(Object.keys(environment).filter((name) => /LOCAL_|IDENTITY|NODE_/.test(name))).toEqual([]);
});

test('cross-origin requests are answered for the origins of the configuration', async () => {
  const ask = (origin: string) =>
    fetch(`${urlOf('good')}/api/good`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'PUT' },
    });
  const allowed = await ask('https://app.example.com');
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([
    204,
    'https://app.example.com',
  ]);
  expect((await ask('https://evil.example.com')).headers.get('access-control-allow-origin')).toBeNull();
});
