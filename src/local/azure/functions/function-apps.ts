import path from 'node:path';
import type { StackResource } from '../../../terraform/stack.ts';
import { ConfigurationError } from '../../engine/read-resource.ts';
import { stableId } from '../../engine/stable-id.ts';
import type { TokenIssuer } from '../../engine/token-issuer.ts';
import type { ManagedIdentity } from '../authorization/identity.ts';
import type { KeyVaults } from '../key-vault/key-vaults.ts';
import type { ApplicationInsights, Component } from '../monitor/application-insights.ts';
import type { AzureRuntime } from '../service.ts';
import type { StorageAccounts } from '../storage/storage-accounts.ts';
import { instanceEnvironment } from './app-settings.ts';
import type { Authentication } from './authentication.ts';
import type { Cors } from './cors.ts';
import type { AppIdentities } from './identity-endpoint.ts';
import { resolveReferences } from './key-vault-reference.ts';
import { type Access, loadPackage, sendTelemetry, useHostStorage } from './platform-access.ts';
import type { AlwaysReady } from './scale-groups.ts';
import { type FunctionBindings, Site, type SiteSurroundings } from './site.ts';
import { Telemetry, type TelemetryStores } from './telemetry.ts';

/** What the configuration says of a function app. */
export interface FunctionAppDefinition {
  id: string;
  name: string;
  hostName: string;
  location: string;
  runtimeVersion: string;
  memoryMb: number;
  httpConcurrency: number;
  maximumInstances: number;
  alwaysReady: AlwaysReady;
  settings: Record<string, string>;
  identities: AppIdentities;
  /** Whose rights count where a setting is a reference to a secret in a key vault. */
  keyVaultIdentity?: ManagedIdentity;
  /** Where the package is kept, and the identity that fetches it; none when a connection string opens the container. */
  deployment: { containerUrl: string; identity?: ManagedIdentity };
  authentication?: Authentication;
  cors?: Cors;
  resource: Pick<StackResource, 'address' | 'source'>;
}

export interface FunctionAppsSurroundings {
  runtime: AzureRuntime;
  insights: ApplicationInsights;
  storage: StorageAccounts;
  secrets: Pick<KeyVaults, 'readFor'>;
  stores: TelemetryStores;
  tokens: TokenIssuer;
  bindings: FunctionBindings;
  instances: SiteSurroundings['instances'];
  /** Folder that relative package paths start from. */
  rootDirectory: string;
  /** Unpacks a package and returns the folder that holds it. */
  unpack(archiveFile: string): Promise<string>;
  warn(text: string): void;
}

/** The function apps of the stack. */
export class FunctionApps {
  readonly #definitions = new Map<string, FunctionAppDefinition>();
  /** Unpacked packages by the id of their app. */
  readonly #packages = new Map<string, string>();
  readonly #sites = new Map<string, Site>();
  readonly #identitiesBySecret = new Map<string, AppIdentities>();
  readonly #surroundings: FunctionAppsSurroundings;

  constructor(surroundings: FunctionAppsSurroundings) {
    this.#surroundings = surroundings;
  }

  get sites(): Site[] {
    return [...this.#sites.values()];
  }

  create(definition: FunctionAppDefinition): void {
    this.#definitions.set(definition.id, definition);
    this.#identitiesBySecret.set(identitySecret(definition.id), definition.identities);
  }

  /** Gives an app its package, a zip. @throws ConfigurationError when there is no such app */
  async publish(appId: string, packageFile: string, by: StackResource): Promise<void> {
    if (!this.#definitions.has(appId))
      throw new ConfigurationError(by, `there is no function app ${appId} to publish to`);
    const file = path.resolve(this.#surroundings.rootDirectory, packageFile);
    this.#packages.set(appId, await this.#surroundings.unpack(file));
  }

  siteOfHost(host: string): Site | undefined {
    return this.sites.find(({ app }) => app.hostName === host);
  }

  /** The identities of the app that shows this secret to the identity endpoint. */
  identitiesOf(secret: string): AppIdentities | undefined {
    return this.#identitiesBySecret.get(secret);
  }

  /**
   * Starts an instance of every app, with every right and every secret of the stack in place. Settles when they have
   * loaded their code. @throws ConfigurationError for an app without a package, or with one that cannot be run
   */
  async start(): Promise<void> {
    for (const definition of this.#definitions.values()) {
      const site = this.#deploy({
        ...definition,
        settings: resolveReferences(definition, this.#surroundings),
      });
      this.#sites.set(definition.id, site);
    }
    await Promise.all(this.sites.map((site) => site.start()));
    for (const site of this.sites) await site.startListeners();
  }

  async close(): Promise<void> {
    await Promise.all(this.sites.map((site) => site.close()));
  }

  #deploy(definition: FunctionAppDefinition): Site {
    const directory = this.#packages.get(definition.id);
    if (directory === undefined)
      throw new ConfigurationError(
        definition.resource,
        'no package is published to this app: a terraform_data resource with input = { function_app_id, path } says which',
      );
    this.#checkStorage(definition);
    const { runtime, insights, stores, tokens, bindings, instances, warn } = this.#surroundings;
    const { settings, identities } = definition;
    const component = insights.component(settings.APPLICATIONINSIGHTS_CONNECTION_STRING ?? '');
    let connected: boolean | undefined;
    // Asked at the first record: by then every role assignment of the stack is known.
    const isConnected = () => {
      connected ??= component === undefined || this.#mayReport(definition, component);
      return connected;
    };
    const environment = instanceEnvironment({
      ...definition,
      hasIdentity: identities.systemAssigned !== undefined || identities.userAssigned.length > 0,
      identitySecret: identitySecret(definition.id),
    });
    const telemetry = new Telemetry(definition, runtime, stores, component, isConnected);
    try {
      return new Site(
        { ...definition, directory, environment },
        { runtime, telemetry, tokens, bindings, instances, warn },
      );
    } catch (error) {
      throw new ConfigurationError(definition.resource, (error as Error).message);
    }
  }

  #mayReport({ name, settings, identities }: FunctionAppDefinition, component: Component): boolean {
    // `Authorization=AAD;ClientId={}`, or without a client id for the system-assigned identity.
    const [, clientId] =
      /ClientId=([^;]+)/i.exec(settings.APPLICATIONINSIGHTS_AUTHENTICATION_STRING ?? '') ?? [];
    const isByIdentity = settings.APPLICATIONINSIGHTS_AUTHENTICATION_STRING !== undefined;
    const identity = isByIdentity ? identityWith(identities, clientId) : undefined;
    const access = sendTelemetry(this.#surroundings.runtime, identity, component);
    if (!access.granted) this.#surroundings.warn(`${name} sends no telemetry: ${access.missing}`);
    return access.granted;
  }

  #checkStorage({ name, settings, identities, deployment }: FunctionAppDefinition): void {
    const { runtime, storage, warn } = this.#surroundings;
    const tell = (what: string, access: Access) => {
      if (!access.granted) warn(`${name} ${what}: ${access.missing}`);
    };
    const containerId = storage.containerId(deployment.containerUrl);
    if (deployment.identity && containerId !== undefined) {
      tell('could not load its package in the cloud', loadPackage(runtime, deployment.identity, containerId));
    }
    const accountId = storage.idOf(settings.AzureWebJobsStorage__accountName ?? '');
    const hostIdentity = identityWith(identities, settings.AzureWebJobsStorage__clientId);
    if (hostIdentity && accountId !== undefined)
      tell('cannot use its host storage', useHostStorage(runtime, hostIdentity, accountId));
  }
}

/** The user-assigned identity with this client id, or the system-assigned one. */
function identityWith(
  { systemAssigned, userAssigned }: AppIdentities,
  clientId: string | undefined,
): ManagedIdentity | undefined {
  return clientId === undefined
    ? systemAssigned
    : userAssigned.find((identity) => identity.clientId === clientId);
}

/** What an app shows to the identity endpoint; a GUID in the cloud as well, and worth nothing outside the run. */
const identitySecret = (appId: string) => stableId(`identity secret ${appId}`, 32, '0123456789ABCDEF');
