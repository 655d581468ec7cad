import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Row, Settings } from './benchmark.ts';
import { compare, fauxqsEmulator, motoEmulator, npmEmulator, ourEmulator, type Work } from './emulators.ts';
import { httpRequest } from './http-connection.ts';
import { HttpLoad, type Load } from './load-client.ts';

const bucket = 'bench';
const objects = 1000;
const body = 'x'.repeat(10_240);
const keyOf = (index: number) => `objects/${index % objects}`;

/** Objects of 10 KB, put and got over plain HTTP and through Amazon's SDK: our S3, s3rver, fauxqs, moto. */
export async function s3(settings: Settings): Promise<Row[]> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'bench-s3-'));
  try {
    const options = ['-d', directory, '-a', '127.0.0.1', '--silent', '--allow-mismatched-signatures'];
    const s3rver = await npmEmulator('s3rver', settings, 's3rver/bin/s3rver.js', (port) => ({
      words: [...options, '-p', String(port)],
    }));
    const emulators = [ourEmulator('s3'), s3rver, await fauxqsEmulator(settings), motoEmulator()];
    return await compare(settings, emulators, worksOf(settings), ({ port }) => fill(port));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const worksOf = ({ connections }: Settings): Work[] => [
  { work: 'PutObject, HTTP', load: ({ port }) => httpObjects(port, connections, 'PUT') },
  { work: 'GetObject, HTTP', load: ({ port }) => httpObjects(port, connections, 'GET') },
  { work: 'PutObject, SDK', load: ({ port }) => new SdkObjects(port, connections, 'PUT') },
  { work: 'GetObject, SDK', load: ({ port }) => new SdkObjects(port, connections, 'GET') },
];

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
