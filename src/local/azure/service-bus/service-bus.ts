import type { CertificateAuthority } from '../../engine/certificate-authority.ts';
import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import type { Endpoint } from '../../running-cloud.ts';
import type { AzureRuntime, AzureService } from '../service.ts';
import { type AmqpListener, listen } from './amqp/listen.ts';
import { hostSuffix, Namespace, type NamespaceDefinition } from './namespace.ts';

/** AMQP over TLS, as every client speaks it to the cloud. */
export const amqpsPort = 5671;

/** The Service Bus namespaces of the stack. */
export class ServiceBus implements AzureService {
  readonly hosts = [hostSuffix];
  readonly #runtime: AzureRuntime;
  readonly #namespaces = new Map<string, Namespace>();
  readonly #listeners: AmqpListener[] = [];

  constructor(runtime: AzureRuntime) {
    this.#runtime = runtime;
  }

  get namespaces(): Namespace[] {
    return [...this.#namespaces.values()];
  }

  /** @throws Error when the name is taken */
  createNamespace(definition: NamespaceDefinition): Namespace {
    const key = definition.name.toLowerCase();
    if (this.#namespaces.has(key))
      throw new Error(`the namespace name '${definition.name}' is already in use`);
    const namespace = new Namespace(definition, this.#runtime);
    this.#namespaces.set(key, namespace);
    return namespace;
  }

  namespace(name: string): Namespace | undefined {
    return this.#namespaces.get(name.toLowerCase());
  }

  /** The namespace of a host name: `acme.servicebus.windows.net` */
  namespaceOfHost(hostName: string): Namespace | undefined {
    return hostName.toLowerCase().endsWith(hostSuffix)
      ? this.namespace(hostName.slice(0, -hostSuffix.length))
      : undefined;
  }

  /** Listens for functions, which come by the production names. Gives the port. */
  async listenForFunctions(authority: CertificateAuthority): Promise<number> {
    const listener = await listen({
      runtime: this.#runtime,
      authority,
      namespaceOf: (hostName) => this.namespaceOfHost(hostName),
    });
    this.#listeners.push(listener);
    return listener.port;
  }

  /** Listens for the owner on this machine, for each namespace on a port of its own. */
  async listenForOwner(): Promise<Endpoint[]> {
    const endpoints: Endpoint[] = [];
    for (const namespace of this.namespaces) {
      const listener = await listen({
        runtime: this.#runtime,
        namespaceOf: () => namespace,
        everybody: { kind: 'principal', principal: { kind: 'owner' } },
      });
      this.#listeners.push(listener);
      endpoints.push({
        name: `Service Bus SDKs (${namespace.definition.name})`,
        environment: {
          SERVICEBUS_NAMESPACE: namespace.definition.name,
          SERVICEBUS_CONNECTION_STRING: `Endpoint=sb://127.0.0.1:${listener.port};SharedAccessKeyName=owner;SharedAccessKey=b3duZXI=;UseDevelopmentEmulator=true;`,
        },
      });
    }
    return endpoints;
  }

  /** @throws Error that names an entity that forwards to none */
  check(): void {
    for (const namespace of this.namespaces)
      for (const { path, target } of namespace.missingTargets())
        throw new Error(
          `${path} of the namespace ${namespace.definition.name} forwards to '${target}', and the namespace has no such queue or topic`,
        );
  }

  /** The management protocol over HTTPS. */
  handle = ({ host }: WireRequest): WireResponse => {
    const known = this.namespaceOfHost(host);
    const text = known
      ? 'The local cloud does not support the HTTP protocol of Service Bus, neither for messages nor for management; AMQP is.'
      : `There is no Service Bus namespace ${host} in this stack.`;
    return {
      status: known ? 501 : 404,
      headers: { 'content-type': 'application/xml; charset=utf-8' },
      body: `<Error><Code>${known ? 501 : 404}</Code><Detail>${text}</Detail></Error>`,
    };
  };

  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    for (const namespace of this.namespaces) namespace.close();
  }
}
