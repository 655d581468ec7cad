import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { zip } from '../src/package/zip.ts';

const metadata = `const metadata = async (path) => (await fetch('http://metadata.google.internal/computeMetadata/v1/' + path,
  { headers: { 'metadata-flavor': 'Google' } })).text();
const idToken = (audience) => metadata('instance/service-accounts/default/identity?audience=' + audience);`;

/** What functions may do, each in a function of its own. */
const functions = {
  good: `(request, response) => response.send('ok ' + request.path)`,
  leaks: `() => { globalThis.kept ??= []; for (;;) kept.push(Buffer.alloc(1 << 24, 1)); }`,
  loops: `() => { for (;;); }`,
  exits: `() => process.exit(3)`,
  dies: `() => process.kill(process.pid, 'SIGKILL')`,
  fails: `() => { throw new RangeError('no such thing'); }`,
  outside: `async (request, response) => { await fetch('https://example.com/'); response.send('reached'); }`,
  translation: `async (request, response) => { const answer = await fetch('https://translation.googleapis.com/v3/projects/x');
    response.status(answer.status).send(await answer.text()); }`,
  large: `(request, response) => response.send('x'.repeat(33 * 1024 * 1024))`,
  seen: `(request, response) => response.json({ headers: request.headers, environment: process.env })`,
  identity: `async (request, response) => response.json({
    email: await metadata('instance/service-accounts/default/email'),
    project: await metadata('project/project-id'), number: await metadata('project/numeric-project-id'),
    region: await metadata('instance/region'), token: JSON.parse(await metadata('instance/service-accounts/default/token')),
    without: (await fetch('http://169.254.169.254/computeMetadata/v1/project/project-id')).status })`,
  callee: `(request, response) => response.send('called at ' + request.path)`,
  friend: `async (request, response) => { const { url } = request.query;
    const answer = await fetch(url + '/sub', { headers: { authorization: 'Bearer ' + await idToken(url) } });
    response.status(answer.status).send(await answer.text()); }`,
  stranger: `async (request, response) => { const { url } = request.query;
    const answer = await fetch(url, { headers: { authorization: 'Bearer ' + await idToken(url) } });
    response.status(answer.status).end(); }`,
};

const terraform = `
terraform {
  required_providers {
    google = { source = "hashicorp/google", version = "~> 7.45" }
  }
}

variable "project_id" {
  type = string
}

variable "project_name" {
  type = string
}

provider "google" {
  project = var.project_id
  region  = "us-central1"
}

locals {
  names = toset(${JSON.stringify([...Object.keys(functions), 'broken'])})
}

resource "google_service_account" "this" {
  for_each   = local.names
  account_id = each.key
}

resource "google_storage_bucket" "source" {
  name     = "source"
  location = "us-central1"
}

resource "google_storage_bucket_object" "this" {
  for_each = local.names
  bucket   = google_storage_bucket.source.name
  name     = "\${each.key}.zip"
  source   = "\${path.module}/\${each.key}.zip"
}

resource "google_cloudfunctions2_function" "this" {
  for_each = local.names
  name     = each.key
  location = "us-central1"

  build_config {
    runtime     = "nodejs24"
    entry_point = "main"
    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.this[each.key].name
      }
    }
  }

  service_config {
    available_memory      = "256Mi"
    timeout_seconds       = each.key == "leaks" ? 30 : 1
    max_instance_count    = 1
    service_account_email = google_service_account.this[each.key].email
    environment_variables = { COLOUR = "blue" }
  }
}

resource "google_cloud_run_v2_service_iam_member" "public" {
  for_each = setsubtract(local.names, ["callee"])
  name     = google_cloudfunctions2_function.this[each.key].name
  location = "us-central1"
  role     = "roles/run.invoker"
  member   = "allUsers"
}

resource "google_cloud_run_v2_service_iam_member" "friend" {
  name     = google_cloudfunctions2_function.this["callee"].name
  location = "us-central1"
  role     = "roles/run.invoker"
  member   = google_service_account.this["friend"].member
}
`;

const directory = mkdtempSync(path.join(os.tmpdir(), 'hostile-'));
const warnings: string[] = [];
let cloud: LocalCloud;

beforeAll(async () => {
  writeFileSync(path.join(directory, 'main.tf'), terraform);
  const sources = Object.entries(functions).map(([name, handler]): [string, string] => [
    name,
    `const { http } = require('@google-cloud/functions-framework');\n${metadata}\nhttp('main', ${handler});`,
  ]);
  for (const [name, source] of [...sources, ['broken', `throw new TypeError('cannot start');`] as const]) {
    const files = new Map([
      ['index.js', Buffer.from(source)],
      ['package.json', Buffer.from('{"main":"index.js"}')],
    ]);
    writeFileSync(path.join(directory, `${name}.zip`), zip(files));
  }
  cloud = await startLocalCloud({ cloud: 'gcp', directory, warn: (text) => warnings.push(text) });
});

afterAll(async () => {
  await cloud?.close();
  rmSync(directory, { recursive: true, force: true });
});

const urlOf = (name: string) => cloud.entrances.find((entrance) => entrance.name === name)?.url;
const cloudUrlOf = (name: string) =>
  cloud.entrances.find((entrance) => entrance.name === name)?.cloudUrl ?? '';
const get = async (name: string, target = '', init: RequestInit = {}) => {
  const response = await fetch(`${urlOf(name)}${target}`, init);
  return { status: response.status, body: await response.text() };
};
const log = (name: string) =>
  cloud.logs
    .entries({ group: name })
    .map((entry) => entry.message)
    .join('\n');

test.each([
  ['loops', 504, /reached the maximum request timeout/],
  ['leaks', 503, /malformed or connection to the instance had an error/],
  // The framework still answers on the way out.
  ['exits', 500, /Process exited with code 3/],
  ['dies', 503, /malformed or connection to the instance had an error/],
  ['fails', 500, /RangeError: no such thing/],
  ['broken', 503, /TypeError: cannot start.*could not start successfully/s],
  ['large', 500, /Response size was too large/],
])(
  'a function that %s is contained, twice, with %i, and reported as Cloud Run reports it',
  async (name, status, expected) => {
    expect((await get(name)).status).toBe(status);
    // An instance that does not react after a timeout is ended a second later; one that exits needs a moment, too.
    await sleep(status === 504 ? 1_200 : 300);
    expect((await get(name)).status).toBe(status);
    expect(log(name)).toMatch(expected);
  },
);

test('a call to an address outside the machine is refused and named', async () => {
  expect((await get('outside')).status).toBe(500);
  expect(warnings.join('\n')).toContain('outside tried to reach example.com:443');
});

test('a call to a Google service that does not run here is answered so', async () => {
  const { status, body } = await get('translation');
  expect(status).toBe(501);
  expect(body).toContain('The local cloud has no service for GET translation.googleapis.com/v3/projects/x');
});

test('a body above Cloud Run’s limit does not reach the function', async () => {
  const body = Buffer.alloc(33 * 1024 * 1024);
  expect((await get('good', '/', { method: 'POST', body })).status).toBe(413);
});

test('a function sees the environment and the headers of its platform, and nothing of this machine', async () => {
  const { headers, environment } = JSON.parse((await get('seen')).body);
  expect(environment).toEqual({
    COLOUR: 'blue',
    FUNCTION_SIGNATURE_TYPE: 'http',
    FUNCTION_TARGET: 'main',
    HOME: '/www-data-home',
    K_CONFIGURATION: 'seen',
    K_REVISION: expect.stringMatching(/^seen-00001-[a-z0-9]{3}$/),
    K_SERVICE: 'seen',
    LANG: 'C.UTF-8',
    LOG_EXECUTION_ID: 'true',
    NODE_ENV: 'production',
    PATH: expect.stringContaining('/layers/google.nodejs.runtime/node/bin'),
    PORT: '8080',
  });
  expect(headers).toMatchObject({
    'function-execution-id': expect.stringMatching(/^[a-z0-9]{12}$/),
    traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
    'x-cloud-trace-context': expect.stringMatching(/^[0-9a-f]{32}\/\d+;o=1$/),
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'https',
  });
});

test('a function learns who it is from its metadata server, and only with the header that it asks for', async () => {
  expect(JSON.parse((await get('identity')).body)).toEqual({
    email: 'identity@local-project.iam.gserviceaccount.com',
    project: 'local-project',
    number: '123456789012',
    region: 'projects/123456789012/regions/us-central1',
    token: {
      access_token: expect.stringMatching(/^ya29\./),
      expires_in: expect.any(Number),
      token_type: 'Bearer',
    },
    without: 403,
  });
});

test('functions call each other by their cloud URLs, as far as IAM lets them', async () => {
  const url = cloudUrlOf('callee');
  expect(await get('friend', `?url=${url}`)).toEqual({ status: 200, body: 'called at /sub' });
  expect((await get('stranger', `?url=${url}`)).status).toBe(403);
  const functionUrl = 'https://us-central1-local-project.cloudfunctions.net/callee';
  expect(await get('friend', `?url=${functionUrl}`)).toEqual({ status: 200, body: 'called at /sub' });
  expect((await get('callee')).status).toBe(403);
});

test('the others go on working', async () => {
  expect(await get('good', '/some/where')).toEqual({ status: 200, body: 'ok /some/where' });
});
