import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Row, rowsOf, type Settings } from './benchmark.ts';
import { httpRequest } from './http-connection.ts';
import { HttpLoad, type Load, measureLoad } from './load-client.ts';
import { findPeer, type PeerName } from './peers.ts';
import { freePort, listening, type ServerProcess, startModule, startProcess } from './server-process.ts';
import { whereIs } from './where-is.ts';

interface RunningObjects {
  process: ServerProcess;
  port: number;
}

const bucket = 'bench';
const objects = 1000;
const body = 'x'.repeat(10_240);
const keyOf = (index: number) => `objects/${index % objects}`;

/** Objects of 10 KB, put and got over plain HTTP and through Amazon's SDK: our S3, s3rver, fauxqs, moto. */
export async function s3(settings: Settings): Promise<Row[]> {
  const rows = await measure('serverless-patterns', settings, () => startModule('s3'));
  const directory = mkdtempSync(path.join(os.tmpdir(), 'bench-s3-'));
  try {
    rows.push(
      ...(await measurePeer('s3rver', settings, (port, program) => ({
        arguments: [
          program,
          '-d',
          directory,
          '-a',
          '127.0.0.1',
          '-p',
          String(port),
          '--silent',
          '--allow-mismatched-signatures',
        ],
        environment: {},
      }))),
      ...(await measurePeer('fauxqs', settings, (port, program) => ({
        arguments: [program],
        environment: { FAUXQS_PORT: String(port), FAUXQS_LOGGER: 'false' },
      }))),
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  const moto = whereIs('moto_server');
  if (!moto)
    return [...rows, { kind: 'skipped', subject: 'moto_server', reason: 'it is not on this machine' }];
  const start = async () => {
    const port = await freePort();
    const words = ['-H', '127.0.0.1', '-p', String(port)];
    return started(startProcess({ name: 'moto_server', command: moto, arguments: words }), port);
  };
  return [...rows, ...(await measure('moto_server', settings, start))];
}

const programs = { s3rver: 's3rver/bin/s3rver.js', fauxqs: 'fauxqs/dist/cli.js' };

async function measurePeer(
  name: keyof typeof programs & PeerName,
  settings: Settings,
  commandOf: (port: number, program: string) => { arguments: string[]; environment: Record<string, string> },
): Promise<Row[]> {
  const peer = await findPeer(name, settings);
  if (peer.kind === 'missing') return [{ kind: 'skipped', subject: peer.title, reason: peer.reason }];
  return measure(peer.title, settings, async () => {
    const port = await freePort();
    const program = path.join(peer.directory, 'node_modules', programs[name]);
    const command = { name, command: process.execPath, ...commandOf(port, program) };
    return started(startProcess(command), port);
  });
}

async function started(server: ServerProcess, port: number): Promise<RunningObjects> {
  try {
    await listening(server, port);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { process: server, port };
}

const measure = (
  subject: string,
  settings: Settings,
  startIt: () => Promise<RunningObjects>,
): Promise<Row[]> =>
  rowsOf(subject, settings, async () => {
    settings.progress(`  ${subject}`);
    const { process, port } = await startIt();
    await using server = process;
    await fill(port);
    const rows: Row[] = [];
    const add = async (work: string, load: Load & Disposable) => {
      using used = load;
      rows.push({ kind: 'measured', subject, work, figures: await measureLoad(settings, [server], used) });
    };
    await add('PutObject, HTTP', httpObjects(port, settings.connections, 'PUT'));
    await add('GetObject, HTTP', httpObjects(port, settings.connections, 'GET'));
    await add('PutObject, SDK', new SdkObjects(port, settings.connections, 'PUT'));
    await add('GetObject, SDK', new SdkObjects(port, settings.connections, 'GET'));
    return rows;
  });

/** An S3 request with the headers that the AWS SDK for JavaScript sends; its signature is not a true one. */
const s3Request = (method: string, key: string, content?: string) =>
  httpRequest({
    method,
    path: `/${bucket}/${key}`,
    headers: {
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-amz-date': new Date().toISOString().replace(/[-:]|\.\d+/g, ''),
      'x-amz-user-agent': 'aws-sdk-js/3.1000.0',
      'amz-sdk-request': 'attempt=1; max=3',
      'user-agent': 'aws-sdk-js/3.1000.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#24.0.0 api/s3#3.1000.0',
      authorization: `AWS4-HMAC-SHA256 Credential=S3RVER/20260101/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
      'content-type': 'application/octet-stream',
    },
    ...(content !== undefined && { body: content }),
  });

const clientOf = (port: number, connections: number) =>
  new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    forcePathStyle: true,
    region: 'us-east-1',
    // The key that s3rver insists on; the others take any.
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    requestHandler: { httpAgent: { maxSockets: connections, keepAlive: true } },
  });

/** Makes the bucket with every object in it, so that none is missed. */
async function fill(port: number): Promise<void> {
  const client = clientOf(port, 1);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  for (let index = 0; index < objects; index++)
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(index), Body: body }));
  client.destroy();
}

function httpObjects(port: number, connections: number, method: 'PUT' | 'GET'): HttpLoad {
  const made = Array.from({ length: objects }, (_, index) =>
    s3Request(method, keyOf(index), method === 'PUT' ? body : undefined),
  );
  const request = (index: number) => made[index % objects] ?? Buffer.alloc(0);
  return new HttpLoad({ port, connections, request, status: 200 });
}

class SdkObjects implements Load, Disposable {
  readonly #client: S3Client;
  readonly #method: 'PUT' | 'GET';

  constructor(port: number, connections: number, method: 'PUT' | 'GET') {
    this.#client = clientOf(port, connections);
    this.#method = method;
  }

  async call(_: number, index: number): Promise<void> {
    const named = { Bucket: bucket, Key: keyOf(index) };
    if (this.#method === 'PUT') await this.#client.send(new PutObjectCommand({ ...named, Body: body }));
    else await (await this.#client.send(new GetObjectCommand(named))).Body?.transformToByteArray();
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }
}
