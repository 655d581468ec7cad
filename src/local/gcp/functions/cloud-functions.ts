import type { RedirectRule } from '../../engine/instance-network.ts';
import { stableId } from '../../engine/stable-id.ts';
import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import { startWireServer, type WireServer } from '../../engine/wire-server.ts';
import { metadataServer } from '../metadata-server.ts';
import { FrontEnd, type FrontEndSurroundings, type Ingress } from './front-end.ts';
import { type CloudRunFunction, CloudRunRuntime, type CloudRunSurroundings } from './runtime.ts';

/** What the configuration says of a function. */
export interface FunctionDefinition extends Omit<CloudRunFunction, 'revision' | 'cpuOnlyDuringRequests'> {
  region: string;
  /** Of its Cloud Run service: `https://...run.app`. */
  uri: string;
  /** `https://...cloudfunctions.net/name` */
  url: string;
  /** `projects/p/locations/l/services/name` */
  service: string;
  serviceAccount: string;
  ingress: Ingress;
  vcpu: number;
}

export interface CloudFunctionsSurroundings extends FrontEndSurroundings {
  instances: Omit<CloudRunSurroundings, 'onLogEntry' | 'onRequest' | 'network'>;
  /** Where instances reach the services of the local cloud, besides their own metadata server. */
  redirects: readonly RedirectRule[];
  onError(error: unknown, request: string): void;
}

const metadataHosts = ['metadata.google.internal', '169.254.169.254'];
const maximumMetadataRequestBytes = 64 * 1024;

/** Cloud Run functions of one project: their services, instances and URLs. */
export class CloudFunctions {
  readonly #surroundings: CloudFunctionsSurroundings;
  readonly #frontEnds: FrontEnd[] = [];
  readonly #metadataServers: WireServer[] = [];

  constructor(surroundings: CloudFunctionsSurroundings) {
    this.#surroundings = surroundings;
  }

  /** In the order of their deployment. */
  get services(): readonly FrontEnd[] {
    return this.#frontEnds;
  }

  /** Deploys a function. Its instances start with the first request, or with `start`. */
  async deploy(definition: FunctionDefinition): Promise<void> {
    const { name, region, service, uri, url, ingress, vcpu, memoryMb, entryPoint } = definition;
    const { logging, instances, redirects } = this.#surroundings;
    const revision = `${name}-00001-${stableId(service, 3)}`;
    const metadata = await this.#startMetadataServer(definition);
    const runtime = new CloudRunRuntime(
      { ...definition, revision, cpuOnlyDuringRequests: true },
      {
        ...instances,
        network: {
          redirects: [
            ...metadataHosts.map((host) => ({ host, ports: { 80: metadata.plainPort } })),
            ...redirects,
          ],
        },
        onLogEntry: (entry) => logging.write(name, entry),
      },
    );
    this.#frontEnds.push(
      new FrontEnd(
        {
          name,
          revision,
          resource: service,
          region,
          urls: [uri, url],
          ingress,
          vcpu,
          memoryMb,
          entryPoint,
          instances: runtime,
        },
        this.#surroundings,
      ),
    );
  }

  /** The URL of a Cloud Run service by its name `projects/p/locations/l/services/s`. */
  urlOf(name: string): string | undefined {
    return this.#frontEnds.find(({ service }) => service.resource === name)?.service.urls[0];
  }

  /** Who answers a call of one function to the URL of another. */
  handlerOf({
    host,
    path,
  }: Pick<WireRequest, 'host' | 'path'>): ((request: WireRequest) => Promise<WireResponse>) | undefined {
    for (const frontEnd of this.#frontEnds) {
      for (const url of frontEnd.service.urls.map((text) => new URL(text))) {
        const prefix = url.pathname === '/' ? '' : url.pathname;
        if (url.host !== host || !(prefix === '' || path === prefix || path.startsWith(`${prefix}/`)))
          continue;
        // The function does not see its own name at the beginning of the path.
        return (request) =>
          frontEnd.handle({ ...request, path: request.path.slice(prefix.length) || '/' }, 'project');
      }
    }
    return undefined;
  }

  /** Starts one instance of every function, so that the first request finds it warm, or as many as it always keeps. */
  async start(): Promise<void> {
    await Promise.all(
      this.#frontEnds.map(({ service: { instances } }) =>
        instances.prewarm(Math.max(1, instances.service.minimumInstances)),
      ),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#frontEnds.map(({ service }) => service.instances.close()));
    await Promise.all(this.#metadataServers.map((server) => server.close()));
  }

  /** One for each function, on a port that only its instances are led to: nobody gets the tokens of another. */
  async #startMetadataServer({ service, serviceAccount, region }: FunctionDefinition): Promise<WireServer> {
    const { runtime, iam, onError } = this.#surroundings;
    const { projectId, projectNumber } = runtime;
    const handler = metadataServer(
      {
        scope: { projectId, projectNumber, region },
        email: serviceAccount,
        instanceId: stableId(service, 64, '0123456789abcdef'),
      },
      { clock: runtime.clock, issueToken: iam.issueToken, issueIdToken: iam.issueIdToken },
    );
    const server = await startWireServer({
      plainPort: 0,
      maximumBodyBytes: maximumMetadataRequestBytes,
      route: () => handler,
      onError: (error, request) => onError(error, `${request.method} metadata ${request.path}`),
    });
    this.#metadataServers.push(server);
    return server;
  }
}
