import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Cloud } from '../src/package/clouds.ts';
import { buildPackage } from '../src/package/function-packages.ts';
import { cacheDirectory, projectRoot } from '../src/package/project.ts';
import { unpackOnce } from '../src/package/zip.ts';
import type { Settings } from './benchmark.ts';
import { createTable } from './dynamodb-requests.ts';
import { findFirestoreEmulator, noFirestoreEmulator, startFirestoreEmulator } from './firestore-emulator.ts';
import { HttpConnection } from './http-connection.ts';
import type { MaybeItemsApp } from './items-app.ts';
import { findPeer } from './peers.ts';
import { freePort, listening, startProcess } from './server-process.ts';

const pattern = '01-rest-api-backend';

/** What the Terraform of pattern 01 tells its function; the peers do not read Terraform. */
const lambdaEnvironment = {
  ITEMS_TABLE: 'items',
  IDEMPOTENCY_TABLE: 'idempotency',
  SERVICE_NAME: pattern,
  METRICS_NAMESPACE: 'bench',
  LOG_LEVEL: 'info',
};

const awsEnvironment = {
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_REGION: 'us-east-1',
};

/** Tools that run the very same function package, with a store beside it where they bring none. */
export async function itemsPeers(cloud: Cloud, settings: Settings): Promise<MaybeItemsApp[]> {
  switch (cloud) {
    case 'aws':
      return [await serverlessOffline(settings), await architectSandbox(settings)];
    case 'azure':
      // Azure Functions Core Tools and the Cosmos DB emulator are downloads of their own, not packages of npm.
      return [];
    case 'gcp':
      return [functionsFramework()];
  }
}

async function serverlessOffline(settings: Settings): Promise<MaybeItemsApp> {
  const [peer, dynalite] = [
    await findPeer('serverless-offline', settings),
    await findPeer('dynalite', settings),
  ];
  const name = `aws: ${peer.title} + ${dynalite.title}`;
  if (peer.kind === 'missing') return { kind: 'skipped', subject: name, reason: peer.reason };
  if (dynalite.kind === 'missing') return { kind: 'skipped', subject: name, reason: dynalite.reason };
  const directory = path.join(peer.directory, 'app');
  await unpackFunction('aws', directory);
  copyFileSync(fixture('serverless.yml'), path.join(directory, 'serverless.yml'));
  return {
    name,
    cloud: 'aws',
    async start(port, running) {
      const ports = {
        http: port,
        lambda: await freePort(),
        websocket: await freePort(),
        dynamoDb: await freePort(),
      };
      const store = running.use(
        startProcess({
          name: dynalite.title,
          command: process.execPath,
          arguments: [
            path.join(dynalite.directory, 'node_modules/dynalite/cli.js'),
            ...['--port', String(ports.dynamoDb), '--createTableMs', '0'],
          ],
        }),
      );
      const host = running.use(
        startProcess({
          name: peer.title,
          command: process.execPath,
          arguments: [
            path.join(peer.directory, 'node_modules/serverless/bin/serverless.js'),
            ...['offline', 'start', '--host', '127.0.0.1', '--httpPort', String(ports.http)],
            ...['--lambdaPort', String(ports.lambda), '--websocketPort', String(ports.websocket)],
          ],
          directory,
          environment: {
            ...awsEnvironment,
            ...lambdaEnvironment,
            AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${ports.dynamoDb}`,
            SLS_TELEMETRY_DISABLED: '1',
            SLS_NOTIFICATIONS_MODE: 'off',
          },
        }),
      );
      await listening(store, ports.dynamoDb);
      const connection = new HttpConnection(ports.dynamoDb);
      await connection.send(createTable('items'));
      connection.close();
      return [host, store];
    },
  };
}

async function architectSandbox(settings: Settings): Promise<MaybeItemsApp> {
  const peer = await findPeer('architect-sandbox', settings);
  const name = `aws: ${peer.title}`;
  if (peer.kind === 'missing') return { kind: 'skipped', subject: name, reason: peer.reason };
  const directory = path.join(peer.directory, 'app');
  // One folder for each route is the way of Architect; both hold the same package.
  await unpackFunction('aws', path.join(directory, 'src/http/post-items'));
  await unpackFunction('aws', path.join(directory, 'src/http/get-items-000id'));
  copyFileSync(fixture('app.arc'), path.join(directory, 'app.arc'));
  return {
    name,
    cloud: 'aws',
    async start(port, running) {
      const ports = { tables: await freePort(), events: await freePort(), internal: await freePort() };
      const environment = {
        ...lambdaEnvironment,
        ITEMS_TABLE: 'items-staging-items',
        AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${ports.tables}`,
      };
      const lines = Object.entries(environment).map(([variable, value]) => `  ${variable} ${value}\n`);
      writeFileSync(path.join(directory, 'prefs.arc'), `@env\ntesting\n${lines.join('')}`);
      const sandbox = startProcess({
        name: peer.title,
        command: process.execPath,
        arguments: [
          path.join(peer.directory, 'node_modules/@architect/sandbox/src/cli/cli.js'),
          ...['--host', '127.0.0.1', '--port', String(port), '--quiet'],
        ],
        directory,
        environment: {
          ...awsEnvironment,
          ARC_TABLES_PORT: String(ports.tables),
          ARC_EVENTS_PORT: String(ports.events),
          ARC_INTERNAL_PORT: String(ports.internal),
          NO_UPDATE_NOTIFIER: '1',
        },
      });
      return [running.use(sandbox)];
    },
  };
}

function functionsFramework(): MaybeItemsApp {
  const name = 'gcp: functions-framework + Firestore emulator';
  const archive = findFirestoreEmulator();
  if (!archive) return { kind: 'skipped', subject: name, reason: noFirestoreEmulator };
  return {
    name,
    cloud: 'gcp',
    async start(port, running) {
      // Below the project, so that the package finds the framework that it shares with it.
      const directory = path.join(cacheDirectory, 'bench-peers', 'functions-framework', 'app');
      await unpackFunction('gcp', directory);
      const emulator = await startFirestoreEmulator(archive);
      running.use(emulator.process);
      const framework = startProcess({
        name: 'functions-framework',
        command: process.execPath,
        arguments: [
          path.join(projectRoot, 'node_modules/@google-cloud/functions-framework/build/src/main.js'),
          ...['--target=api', `--source=${directory}`, `--port=${port}`],
        ],
        environment: {
          GOOGLE_CLOUD_PROJECT: 'bench',
          // Spares it a search for Google's metadata server, which is not here.
          METADATA_SERVER_DETECTION: 'none',
          FIRESTORE_EMULATOR_HOST: `127.0.0.1:${emulator.port}`,
          FIRESTORE_DATABASE: '(default)',
          ITEMS_COLLECTION: 'items',
          IDEMPOTENCY_COLLECTION: 'idempotency',
          SERVICE_NAME: pattern,
          LOG_LEVEL: 'info',
        },
      });
      return [running.use(framework), emulator.process];
    },
  };
}

const fixture = (name: string) => path.join(import.meta.dirname, 'fixtures', name);

/** The function package of pattern 01, unpacked into an empty folder. */
async function unpackFunction(cloud: Cloud, directory: string): Promise<void> {
  const { file } = await buildPackage(pattern, cloud);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(path.dirname(directory), { recursive: true });
  await unpackOnce(file, directory);
}
