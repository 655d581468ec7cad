/**
 * The same calls to this S3 and to moto: no difference but those that are listed, where the documentation says
 * otherwise than moto. Needs `moto_server` (pip install 'moto[server]').
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, handWritten, randomCalls } from './moto-cases.ts';
import { type S3Fixture, s3Fixture } from './s3-fixture.ts';
import { parseXml, textOf, type XmlElement } from './xml.ts';

const hasMoto = spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;
const api = 'https://docs.aws.amazon.com/AmazonS3/latest/API';

interface Outcome {
  status: number;
  /** Of an error, its code. */
  error?: string | undefined;
  headers: Record<string, string>;
  body: unknown;
}

interface Exception {
  /** What moto does otherwise. */
  about: string;
  /** What says that it should not. */
  page: string;
  applies(call: Call, ours: Outcome, moto: Outcome): boolean;
}

const exceptions: Exception[] = [
  {
    about: 'moto does not let a signed header request choose the content type of the answer',
    page: `${api}/API_GetObject.html`,
    applies: ({ path }, ours) =>
      path.endsWith('?response-content-type=x/y') && ours.headers['content-type'] === 'x/y',
  },
  {
    about: 'moto writes a space in an encoded key as %20',
    page: `${api}/API_ListObjectsV2.html`,
    applies: (_, ours, moto) => JSON.stringify(ours).replaceAll('d+e', 'd%20e') === JSON.stringify(moto),
  },
  {
    about: 'moto does not repeat the marker',
    page: `${api}/API_ListObjects.html`,
    applies: ({ path }, ours, moto) =>
      path.includes('?marker=') &&
      JSON.stringify(ours).replace('["Marker","b/2"],', '') === JSON.stringify(moto),
  },
  {
    about: 'moto does not find delete markers by their id',
    page: `${api}/API_GetObject.html`,
    applies: ({ path }, ours, moto) =>
      path.endsWith('{marker}') && ours.error === 'MethodNotAllowed' && moto.error === 'NoSuchVersion',
  },
];

interface Target {
  url: string;
  /** What the calls of the running case have given, for later calls to refer to. */
  known: Map<string, string>;
}

describe.skipIf(!hasMoto)('S3 beside moto (skipped without moto_server)', () => {
  let fixture: S3Fixture;
  let motoProcess: ChildProcess;
  let motoUrl: string;

  beforeAll(async () => {
    fixture = await s3Fixture();
    const port = await freePort();
    motoUrl = `http://127.0.0.1:${port}`;
    motoProcess = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    await answered(motoUrl);
  }, 60_000);

  afterAll(async () => {
    motoProcess.kill();
    await fixture.close();
  });

  it('answers every call alike', { timeout: 120_000 }, async () => {
    const differences: object[] = [];
    const used = new Set<Exception>();
    let count = 0;
    for (const { name, calls } of [...handWritten, randomCalls('random', 1, 150)]) {
      const ours: Target = { url: fixture.endpoint, known: new Map() };
      const moto: Target = { url: motoUrl, known: new Map() };
      for (const call of calls) {
        count++;
        const [our, their] = await Promise.all([outcomeOf(ours, call), outcomeOf(moto, call)]);
        if (JSON.stringify(our) === JSON.stringify(their)) continue;
        const known = exceptions.find((exception) => exception.applies(call, our, their));
        if (known) used.add(known);
        else differences.push({ case: name, call: `${call.method} ${call.path}`, ours: our, moto: their });
      }
    }
    expect(differences).toEqual([]);
    expect(exceptions.filter((exception) => !used.has(exception)).map(({ about }) => about)).toEqual([]);
    expect(count).toBeGreaterThan(200);
  });
});

const compared =
  /^(content-type|content-length|content-range|etag|cache-control|x-amz-meta-.*|x-amz-delete-marker|x-amz-tagging-count)$/;

async function outcomeOf(target: Target, { method, path, headers, body, keep }: Call): Promise<Outcome> {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => target.known.get(name) ?? name);
  const response = await fetch(target.url + filled, {
    method,
    headers: {
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0',
      ...(body !== undefined && { 'content-type': '' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  const document = text.startsWith('<') ? parseXml(text) : undefined;
  for (const [name, source] of Object.entries(keep ?? {})) {
    const value = response.headers.get(source) ?? textOf(document, source);
    if (value !== undefined) target.known.set(name, value);
  }
  const isXml = document !== undefined;
  const isRead = method === 'GET' || method === 'HEAD';
  const chosen = [...response.headers].filter(
    ([name]) => compared.test(name) && !(isXml && name.startsWith('content-')),
  );
  if (response.status >= 300)
    return { status: response.status, error: textOf(document, 'Code'), headers: {}, body: undefined };
  return {
    status: response.status,
    headers: isRead && filled.includes('/', 1) ? Object.fromEntries(chosen.sort()) : {},
    // The name of the root is nothing that clients look at.
    body: isXml ? comparable({ ...document, name: '' }) : text,
  };
}

const madeUp = new Set([
  'ID',
  'DisplayName',
  'LastModified',
  'UploadId',
  'VersionId',
  'NextContinuationToken',
  'Location',
  'Owner',
  'Initiator',
]);

/** Without what each makes up for itself and without empty elements, which moto leaves out; elements of the same name stand in their own order. */
function comparable({ name, text, children }: XmlElement): unknown {
  if (madeUp.has(name)) return [name];
  if (children.length === 0) return [name, text];
  const present = children.filter((child) => child.children.length > 0 || child.text !== '');
  return [name, ...present.map(comparable).sort((a, b) => (String(a) < String(b) ? -1 : 1))];
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function answered(url: string): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    const isThere = await fetch(`${url}/moto-api/`).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await sleep(200);
  }
  throw new Error('moto_server did not answer within 30 seconds.');
}
