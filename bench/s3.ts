import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Row, Settings } from './benchmark.ts';
import { compare, fauxqsEmulator, motoEmulator, npmEmulator, ourEmulator, type Work } from './emulators.ts';
import type { Load } from './load-client.ts';
import { type ObjectCall, objectBody, objectCount, objectLoad, objectName } from './objects.ts';

const bucket = 'bench';

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
  { work: 'PutObject, HTTP', load: ({ port }) => objectLoad(port, connections, callOf('PUT')) },
  { work: 'GetObject, HTTP', load: ({ port }) => objectLoad(port, connections, callOf('GET')) },
  { work: 'PutObject, SDK', load: ({ port }) => new SdkObjects(port, connections, 'PUT') },
  { work: 'GetObject, SDK', load: ({ port }) => new SdkObjects(port, connections, 'GET') },
];

/** A call with the headers that the AWS SDK for JavaScript sends; its signature is not a true one. */
const callOf = (method: ObjectCall['method']): ObjectCall => ({
  method,
  pathOf: (name) => `/${bucket}/${name}`,
  headers: {
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    'x-amz-date': new Date().toISOString().replace(/[-:]|\.\d+/g, ''),
    'x-amz-user-agent': 'aws-sdk-js/3.1000.0',
    'amz-sdk-request': 'attempt=1; max=3',
    'user-agent': 'aws-sdk-js/3.1000.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#24.0.0 api/s3#3.1000.0',
    authorization: `AWS4-HMAC-SHA256 Credential=S3RVER/20260101/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
  },
  status: 200,
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
  for (let index = 0; index < objectCount; index++)
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: objectName(index), Body: objectBody }));
  client.destroy();
}

class SdkObjects implements Load, Disposable {
  readonly #client: S3Client;
  readonly #method: 'PUT' | 'GET';

  constructor(port: number, connections: number, method: 'PUT' | 'GET') {
    this.#client = clientOf(port, connections);
    this.#method = method;
  }

  async call(_: number, index: number): Promise<void> {
    const named = { Bucket: bucket, Key: objectName(index) };
    if (this.#method === 'PUT') await this.#client.send(new PutObjectCommand({ ...named, Body: objectBody }));
    else await (await this.#client.send(new GetObjectCommand(named))).Body?.transformToByteArray();
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }
}
