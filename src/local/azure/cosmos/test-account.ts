import { CosmosClient, type CosmosClientOptions } from '@azure/cosmos';
import { type Clock, realClock } from '../../engine/clock.ts';
import { quietCourse } from '../../engine/course.ts';
import { Meter } from '../../engine/meter.ts';
import { seededRandom } from '../../engine/random.ts';
import type { WireHandler } from '../../engine/wire.ts';
import { startWireServer } from '../../engine/wire-server.ts';
import type { AzureAccessRequest, AzureRuntime } from '../service.ts';
import type { ContainerDefinition } from './container.ts';
import { type CosmosOptions, createCosmos } from './cosmos.ts';
import { keysOf } from './terraform.ts';

export const accountId =
  '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.DocumentDB/databaseAccounts/acct';

/** A Cosmos DB with one account `acct`, a database `db` and what its tests need around it. */
export function testCosmos(
  options: {
    clock?: Clock;
    localAuthenticationEnabled?: boolean;
    serverless?: boolean;
    isAllowed?: (request: AzureAccessRequest) => boolean;
    cosmos?: CosmosOptions;
  } = {},
) {
  const meter = new Meter();
  const asked: AzureAccessRequest[] = [];
  const runtime: AzureRuntime = {
    subscriptionId: '00000000-0000-0000-0000-000000000001',
    tenantId: '00000000-0000-0000-0000-000000000002',
    clock: options.clock ?? realClock,
    meter,
    course: quietCourse(),
    random: seededRandom(1),
    authenticate: (token) =>
      token.startsWith('token-of-') ? { kind: 'identity', objectId: token.slice(9) } : undefined,
    isAllowed(_principal, request) {
      asked.push(request);
      return options.isAllowed?.(request) ?? true;
    },
  };
  const cosmos = createCosmos(runtime, options.cosmos);
  cosmos.createAccount({
    name: 'acct',
    id: accountId,
    location: 'West Europe',
    serverless: options.serverless ?? false,
    localAuthenticationEnabled: options.localAuthenticationEnabled ?? true,
    keys: keysOf(accountId),
    consistencyLevel: 'Session',
  });
  cosmos.createDatabase('acct', { name: 'db' });
  const createContainer = (definition: Partial<ContainerDefinition> = {}) =>
    cosmos.createContainer('acct', 'db', {
      name: 'items',
      partitionKey: { paths: ['/pk'], kind: 'Hash', version: 2 },
      throughput: { kind: 'manual', ruPerSecond: 1_000_000 },
      ...definition,
    });
  return { cosmos, runtime, meter, asked, createContainer };
}

/** Serves a handler on a local port, as the local cloud does. */
export async function serve(handler: WireHandler): Promise<{ url: string; close(): Promise<void> }> {
  const server = await startWireServer({
    plainPort: 0,
    maximumBodyBytes: 16 * 1024 * 1024,
    route: () => handler,
    onError(error) {
      throw error;
    },
  });
  return { url: `http://127.0.0.1:${server.plainPort}`, close: () => server.close() };
}

export const testClient = (url: string, options: Partial<CosmosClientOptions> = {}) =>
  new CosmosClient({
    endpoint: url,
    key: keysOf(accountId).primary,
    connectionPolicy: { enableBackgroundEndpointRefreshing: false },
    ...options,
  });
