import { defaultScope } from '../../terraform/default-scope.ts';
import type { Stack, StackProvider } from '../../terraform/stack.ts';
import { createCertificateAuthority } from '../engine/certificate-authority.ts';
import type { RedirectRule } from '../engine/instance-network.ts';
import { TokenIssuer } from '../engine/token-issuer.ts';
import { startWireServer, type WireServer } from '../engine/wire-server.ts';
import { ResourceRegistry } from '../provider-model.ts';
import type { CloudVendor, Endpoint, RunningCloud, Surroundings } from '../running-cloud.ts';
import { find } from '../stack-access.ts';
import { createAuthorization } from './authorization/authorization.ts';
import {
  authorizationDataSources,
  resourceTypes as authorizationResourceTypes,
} from './authorization/resource-types.ts';
import { withFaults } from './call-faults.ts';
import { cosmosResourceTypes, createCosmos } from './cosmos/index.ts';
import { tablesOf } from './cosmos/plain-documents.ts';
import { costManagementResourceTypes } from './cost-management/resource-types.ts';
import { dispatch } from './dispatch.ts';
import { EventGrid } from './event-grid/event-grid.ts';
import { eventGridOutput } from './event-grid/output-binding.ts';
import { eventGridResourceTypes } from './event-grid/resource-types.ts';
import { serviceBusSender } from './event-grid/service-bus-sender.ts';
import { ExtensionWebhooks } from './functions/extension-webhooks.ts';
import { FunctionApps } from './functions/function-apps.ts';
import { IDENTITY_HOST, IDENTITY_PORT, identityEndpoint } from './functions/identity-endpoint.ts';
import { InputSources } from './functions/input-bindings.ts';
import { OutputTargets } from './functions/output-bindings.ts';
import { functionsDataSources, functionsResourceTypes } from './functions/resource-types.ts';
import type { FunctionBindings } from './functions/site.ts';
import { TriggerSources } from './functions/triggers.ts';
import { KeyVaults } from './key-vault/key-vaults.ts';
import { keyVaultResourceTypes } from './key-vault/resource-types.ts';
import { ApplicationInsights } from './monitor/application-insights.ts';
import { monitorResourceTypes } from './monitor/resource-types.ts';
import { networkResourceTypes } from './network/resource-types.ts';
import { resourceManagerResourceTypes } from './resource-manager/resource-types.ts';
import type { AzureRuntime, AzureScope } from './service.ts';
import { serviceBusOutput } from './service-bus/output-binding.ts';
import { channelsOf as serviceBusChannelsOf } from './service-bus/owner-access.ts';
import { serviceBusResourceTypes } from './service-bus/resource-types.ts';
import { amqpsPort, ServiceBus } from './service-bus/service-bus.ts';
import { serviceBusTrigger } from './service-bus/trigger.ts';
import { readBlobInput, writeBlobOutput } from './storage/functions/blob-bindings.ts';
import { BlobTriggers } from './storage/functions/blob-trigger.ts';
import { writeQueueOutput } from './storage/functions/queue-output.ts';
import { startQueueTrigger } from './storage/functions/queue-trigger.ts';
import { bucketsOf, channelsOf, ownerConnectionString } from './storage/owner-access.ts';
import { storageResourceTypes } from './storage/resource-types.ts';
import { StorageAccounts } from './storage/storage-accounts.ts';

/** The subscription of a local run, where no provider block names another; the tenant is the evaluator's. */
const defaultSubscriptionId = '00000000-0000-0000-0000-000000000000';
const { tenantId } = defaultScope.azure;

const scopeOf = (provider: StackProvider | undefined): AzureScope => ({
  subscriptionId:
    typeof provider?.values.subscription_id === 'string'
      ? provider.values.subscription_id
      : defaultSubscriptionId,
  tenantId,
});

/** Far above what any service here takes; each answers by itself what is too large for it. */
const maximumBodyBytes = 128 * 1024 * 1024;

function attributesOnly(): ResourceRegistry<AzureScope> {
  return new ResourceRegistry<AzureScope>()
    .add(authorizationResourceTypes)
    .add(cosmosResourceTypes)
    .add(costManagementResourceTypes)
    .add(eventGridResourceTypes)
    .add(functionsResourceTypes)
    .add(keyVaultResourceTypes)
    .add(monitorResourceTypes)
    .add(networkResourceTypes)
    .add(resourceManagerResourceTypes)
    .add(serviceBusResourceTypes)
    .add(storageResourceTypes);
}

/** Azure: one subscription. */
export const azure: CloudVendor = {
  defaultVariables: { project_name: 'acme', subscription_id: defaultSubscriptionId },
  provider: attributesOnly()
    .addDataSources(authorizationDataSources)
    .addDataSources(functionsDataSources)
    .provider(({ provider }) => scopeOf(provider)),
  start,
};

async function start(stack: Stack, surroundings: Surroundings): Promise<RunningCloud> {
  const { clock, wallClock, meter, random, logs, metrics, traces, course, warn } = surroundings;
  const scope = scopeOf(stack.providers.find(({ name }) => name === 'azurerm'));
  const authorization = createAuthorization({ ...scope, clock, random });
  const { authenticate, isAllowed, issueToken } = authorization;
  const runtime: AzureRuntime = { ...scope, clock, meter, random, course, authenticate, isAllowed };
  const cosmos = createCosmos(runtime);
  const keyVaults = new KeyVaults(runtime);
  const storage = new StorageAccounts(runtime, surroundings);
  const bus = new ServiceBus(runtime);
  const insights = new ApplicationInsights();
  const services = [
    { hosts: cosmos.hosts, handle: withFaults(cosmos.handle, course.faults, 'cosmos-db') },
    { hosts: keyVaults.hosts, handle: withFaults(keyVaults.handle, course.faults, 'key-vault') },
    storage,
    bus,
  ];

  const authority = createCertificateAuthority(surroundings.runDirectory, wallClock);
  const server = await startWireServer({
    plainPort: 0,
    tls: { port: 0, authority },
    maximumBodyBytes,
    route: ({ host }) => handlerOf(host),
    onError: (error, request) =>
      warn(`${request.method} ${request.host}${request.path}: ${(error as Error).stack}`),
  });
  const { plainPort, tlsPort = 0 } = server;
  const hasBus = stack.resources.some(({ type }) => type === 'azurerm_servicebus_namespace');
  const busPort = hasBus ? await bus.listenForFunctions(authority) : undefined;
  const storageBindings = { runtime, storage, warn };
  const blobTriggers = new BlobTriggers(storageBindings);
  const eventGrid = new EventGrid({
    ...storageBindings,
    serviceBus: serviceBusSender(bus),
    app: (request) => apps.siteOfHost(request.host)?.handle(request),
  });
  services.push(eventGrid.topics);
  const bindings: FunctionBindings = {
    triggers: new TriggerSources()
      .add('blobTrigger', blobTriggers.start)
      .add('eventGridTrigger', eventGrid.startTrigger)
      .add('queueTrigger', startQueueTrigger(storageBindings))
      .add('serviceBusTrigger', serviceBusTrigger(bus, runtime)),
    inputs: new InputSources().add('blob', readBlobInput(storageBindings)),
    outputs: new OutputTargets()
      .add('blob', writeBlobOutput(storageBindings))
      .add('eventGrid', eventGridOutput(eventGrid.topics))
      .add('queue', writeQueueOutput(storageBindings))
      .add('serviceBus', serviceBusOutput(bus, runtime)),
    webhooks: new ExtensionWebhooks().add('blobs', blobTriggers.answer),
  };
  const apps = new FunctionApps({
    runtime,
    insights,
    storage,
    secrets: keyVaults,
    stores: { logs, metrics, traces },
    tokens: new TokenIssuer(),
    bindings,
    rootDirectory: stack.rootDirectory,
    unpack: surroundings.unpack,
    warn,
    instances: {
      clock,
      wallClock,
      virtualTime: surroundings.virtualTime,
      random,
      faults: course.faults,
      processes: surroundings.processes,
      cacheDirectory: surroundings.cacheDirectory,
      runDirectory: surroundings.runDirectory,
      trustCertificateFile: authority.certificateFile,
      network: {
        redirects: [
          ...[...services.flatMap(({ hosts }) => hosts), '.azurewebsites.net'].map(
            (host): RedirectRule => ({
              host,
              ports: {
                443: tlsPort,
                ...(bus.hosts.includes(host) && busPort !== undefined && { [amqpsPort]: busPort }),
              },
            }),
          ),
          { host: IDENTITY_HOST, ports: { [IDENTITY_PORT]: plainPort } },
        ],
      },
      onOutsideCall: ({ functionName, host, port }) =>
        warn(
          `${functionName} tried to reach ${host}:${port}; a local run reaches nothing outside this machine`,
        ),
    },
  });
  const identity = identityEndpoint({ clock, appOf: (secret) => apps.identitiesOf(secret), issueToken });
  const handlerOf = dispatch({ runtime, traces, services, apps, cosmos, storage, identity });

  const registry = new ResourceRegistry<AzureScope>()
    .add(authorizationResourceTypes, authorization)
    .add(cosmosResourceTypes, cosmos)
    .add(costManagementResourceTypes)
    .add(eventGridResourceTypes, { eventGrid, authorization, topics: new Map() })
    .add(functionsResourceTypes, { apps, authorization })
    .add(keyVaultResourceTypes, keyVaults)
    .add(monitorResourceTypes, insights)
    .add(networkResourceTypes)
    .add(resourceManagerResourceTypes)
    .add(serviceBusResourceTypes, bus)
    .add(storageResourceTypes, storage);
  let queueServer: WireServer | undefined;
  let busEndpoints: Endpoint[] = [];
  const close = async () => {
    await Promise.all([apps.close(), server.close(), queueServer?.close(), bus.close()]);
    blobTriggers.close();
    eventGrid.close();
    storage.close();
  };
  try {
    for (const resource of stack.resources) await registry.realise(resource);
    if (storage.accounts.length > 0) queueServer = await startQueueServer(storage, warn);
    bus.check();
    busEndpoints = await bus.listenForOwner();
    await apps.start();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    entrances: apps.sites.map((site) => ({
      kind: 'http',
      name: site.app.name,
      cloudUrl: `https://${site.app.hostName}`,
      handle: (request) => site.handle(request),
      callerHeaders: () => site.callerHeaders(),
    })),
    endpoints: [
      ...busEndpoints,
      ...cosmos.accounts().map(
        ({ name, keys }): Endpoint => ({
          name: `Cosmos DB SDKs (${name})`,
          environment: {
            COSMOS_ENDPOINT: `http://127.0.0.1:${plainPort}`,
            COSMOS_KEY: keys.primary,
          },
        }),
      ),
      ...storage.accounts.map(
        ({ definition }): Endpoint => ({
          name: `Azure Storage SDKs and az (${definition.name})`,
          environment: {
            AZURE_STORAGE_CONNECTION_STRING: ownerConnectionString(definition, {
              blob: plainPort,
              queue: queueServer?.plainPort ?? 0,
            }),
          },
        }),
      ),
    ],
    access: {
      get channels() {
        return [...channelsOf(storage), ...serviceBusChannelsOf(bus)];
      },
      get buckets() {
        return bucketsOf(storage);
      },
      table: (name) => find('container', tablesOf(cosmos), name),
    },
    unusedGrants() {
      for (const closed of eventGrid.tryDeadLetters()) warn(closed);
      return authorization.unused();
    },
    close,
  };
}

/** Storage queues have a port of their own: by their paths alone they can't be told from blobs. */
const startQueueServer = (storage: StorageAccounts, warn: Surroundings['warn']): Promise<WireServer> =>
  startWireServer({
    plainPort: 0,
    maximumBodyBytes,
    route: () => storage.handleQueueOwner,
    onError: (error) => warn(`storage queue: ${(error as Error).stack}`),
  });
