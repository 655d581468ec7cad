/** This storage and Azurite, Microsoft's emulator, side by side: an oracle where it is installed, never needed to run. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cacheDirectory } from '../../../../package/project.ts';
import { realClock } from '../../../engine/clock.ts';
import { quietCourse } from '../../../engine/course.ts';
import { Meter } from '../../../engine/meter.ts';
import { seededRandom } from '../../../engine/random.ts';
import { startWireServer } from '../../../engine/wire-server.ts';
import { StorageAccounts } from '../storage-accounts.ts';

export const accountName = 'shop';
export const accountKey = Buffer.from('a key of the account').toString('base64');

/** A server of blobs and queues with the account of that name and key, on the loopback. */
export interface StorageServer {
  blobPort: number;
  queuePort: number;
  close(): Promise<void>;
}

const program = process.platform === 'win32' ? 'azurite.cmd' : 'azurite';
const folders = [
  ...(process.env.PATH ?? '').split(path.delimiter),
  path.join(cacheDirectory, 'bench-peers/azurite/node_modules/.bin'),
];

/** Path of Azurite; `undefined` when it is not on this machine. */
export const azurite = folders.map((folder) => path.join(folder, program)).find((file) => existsSync(file));

export const besideAzurite = azurite
  ? 'beside Azurite'
  : 'beside Azurite (skipped: it is not on the PATH; npm install --prefix .cache/bench-peers/azurite azurite@3.37.0)';

/** @throws Error when it ends before it listens */
export async function startAzurite(): Promise<StorageServer> {
  const words = ['blob', 'queue', 'table'].flatMap((service) => [`--${service}Port`, '0']);
  const child = spawn(
    azurite ?? program,
    [...words, '--inMemoryPersistence', '--skipApiVersionCheck', '--silent', '--disableTelemetry'],
    {
      cwd: tmpdir(),
      env: { ...process.env, AZURITE_ACCOUNTS: `${accountName}:${accountKey}` },
      stdio: ['ignore', 'pipe', 'inherit'],
      shell: process.platform === 'win32',
    },
  );
  const [blobPort, queuePort] = await listeningPorts(child);
  return {
    blobPort,
    queuePort,
    async close() {
      child.kill();
      await once(child, 'exit');
    },
  };
}

function listeningPorts(child: ChildProcess): Promise<[blob: number, queue: number]> {
  return new Promise((resolve, reject) => {
    let text = '';
    const port = (service: string) =>
      Number(
        new RegExp(`${service} service is successfully listening at http://127\\.0\\.0\\.1:(\\d+)`).exec(
          text,
        )?.[1],
      );
    child.once('exit', (code) => reject(new Error(`Azurite ended with code ${code}: ${text}`)));
    child.stdout?.on('data', (data: Buffer) => {
      text += data;
      const [blob, queue] = [port('Blob'), port('Queue')];
      if (blob > 0 && queue > 0) resolve([blob, queue]);
    });
  });
}

export async function startOurs(): Promise<StorageServer> {
  const runDirectory = mkdtempSync(path.join(tmpdir(), 'storage-azurite-'));
  const storage = new StorageAccounts(
    {
      subscriptionId: 'sub',
      tenantId: 'tenant',
      clock: realClock,
      meter: new Meter(),
      course: quietCourse(),
      random: seededRandom(1),
      authenticate: () => undefined,
      isAllowed: () => true,
    },
    { runDirectory },
  );
  storage.add({
    id: `/subscriptions/sub/resourceGroups/shop/providers/Microsoft.Storage/storageAccounts/${accountName}`,
    name: accountName,
    location: 'eastus2',
    keys: [accountKey],
    sharedKeyEnabled: true,
    versioningEnabled: false,
  });
  const fail = (error: unknown) => {
    throw error;
  };
  const common = { plainPort: 0, maximumBodyBytes: 64 * 1024 * 1024, onError: fail };
  const blobServer = await startWireServer({ ...common, route: () => storage.handleBlobOwner });
  const queueServer = await startWireServer({ ...common, route: () => storage.handleQueueOwner });
  return {
    blobPort: blobServer.plainPort,
    queuePort: queueServer.plainPort,
    async close() {
      storage.close();
      await Promise.all([blobServer.close(), queueServer.close()]);
      rmSync(runDirectory, { recursive: true, force: true });
    },
  };
}
