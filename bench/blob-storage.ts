import {
  BlobServiceClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import type { Row, Settings } from './benchmark.ts';
import { compare, npmEmulator, ourEmulator } from './emulators.ts';
import { fillWith, type ObjectCall, objectLoad } from './objects.ts';

const account = 'bench';
const key = Buffer.from('a key of the account').toString('base64');
const credential = new StorageSharedKeyCredential(account, key);
const container = 'blobs';
const version = '2025-05-05';

/** Blobs of 10 KB, put and got over plain HTTP with a shared access signature: our Blob Storage, Azurite. */
export async function blobStorage(settings: Settings): Promise<Row[]> {
  const { connections } = settings;
  const azurite = await npmEmulator('azurite', settings, 'azurite/dist/src/blob/main.js', (port) => ({
    words: ['--blobPort', String(port), '--inMemoryPersistence', '--silent', '--disableTelemetry'],
    environment: { AZURITE_ACCOUNTS: `${account}:${key}` },
  }));
  const signature = containerSignature();
  const pathOf = (name: string) => `/${account}/${container}/${name}?${signature}`;
  const headers = { 'x-ms-version': version };
  const get: ObjectCall = { method: 'GET', pathOf, headers, status: 200 };
  const put: ObjectCall = {
    method: 'PUT',
    pathOf,
    headers: { ...headers, 'x-ms-blob-type': 'BlockBlob' },
    status: 201,
  };
  return compare(
    settings,
    [ourEmulator('blob-storage', account, key), azurite],
    [
      { work: 'Put Blob', load: ({ port }) => objectLoad(port, connections, put) },
      { work: 'Get Blob', load: ({ port }) => objectLoad(port, connections, get) },
    ],
    async ({ port }) => {
      const service = new BlobServiceClient(`http://127.0.0.1:${port}/${account}`, credential);
      await service.createContainer(container);
      await fillWith(port, put);
    },
  );
}

/** A service SAS for the container and a day, as a query. */
function containerSignature(): string {
  const expiresOn = new Date(Date.now() + 24 * 3600 * 1000);
  const permissions = ContainerSASPermissions.parse('rcw');
  const rights = { containerName: container, permissions, expiresOn, version };
  return generateBlobSASQueryParameters(rights, credential).toString();
}
