import { createHmac } from 'node:crypto';
import { stableId } from '../../engine/stable-id.ts';
import type { AzurePrincipal, AzureRuntime } from '../service.ts';
import { entityNotFound, ServiceBusError, unauthorized } from './errors.ts';
import type { IncomingMessage } from './message.ts';
import { deadLetterSuffix, MessageQueue, type QueueSettings } from './message-queue.ts';
import { type Subscription, Topic } from './topic.ts';

export const hostSuffix = '.servicebus.windows.net';

export type Right = 'Send' | 'Listen' | 'Manage';

/** Who uses a connection: an identity, or whoever has a key. */
export type Caller =
  | { kind: 'principal'; principal: AzurePrincipal }
  | { kind: 'key'; rule: string; rights: ReadonlySet<Right> };

/** A rule that two keys belong to. */
export interface KeyRule {
  name: string;
  rights: ReadonlySet<Right>;
}

export interface NamespaceDefinition {
  /** `/subscriptions/{}/resourceGroups/{}/providers/Microsoft.ServiceBus/namespaces/{}` */
  id: string;
  name: string;
  sku: 'Basic' | 'Standard' | 'Premium';
  localAuthEnabled: boolean;
}

export const rootKeyRule = 'RootManageSharedAccessKey';

/** The keys of a rule, in the form of Azure's: 32 bytes in Base64. The same rule always has the same. */
export const keysOf = (namespaceId: string, rule: string) => ({
  primary: keyOf(`primary key ${rule} of ${namespaceId}`),
  secondary: keyOf(`secondary key ${rule} of ${namespaceId}`),
});

const keyOf = (seed: string) =>
  Buffer.from(stableId(seed.toLowerCase(), 64, '0123456789abcdef'), 'hex').toString('base64');

export const connectionString = (name: string, rule: string, key: string) =>
  `Endpoint=sb://${name}${hostSuffix}/;SharedAccessKeyName=${rule};SharedAccessKey=${key}`;

/** What takes messages. */
export type Destination = MessageQueue | Topic;

/** One namespace with its queues, topics and keys. */
export class Namespace {
  readonly definition: NamespaceDefinition;
  readonly queues = new Map<string, MessageQueue>();
  readonly topics = new Map<string, Topic>();
  readonly #runtime: AzureRuntime;
  readonly #keyRules = new Map<string, KeyRule>();

  constructor(definition: NamespaceDefinition, runtime: AzureRuntime) {
    this.definition = definition;
    this.#runtime = runtime;
    this.addKeyRule({ name: rootKeyRule, rights: new Set<Right>(['Send', 'Listen', 'Manage']) });
  }

  get hostName(): string {
    return `${this.definition.name.toLowerCase()}${hostSuffix}`;
  }

  addKeyRule(rule: KeyRule): void {
    this.#keyRules.set(rule.name, rule);
  }

  createQueue(settings: QueueSettings): void {
    this.queues.set(settings.path.toLowerCase(), this.#newQueue(settings));
  }

  createTopic(settings: Topic['settings']): void {
    this.topics.set(settings.path.toLowerCase(), new Topic(settings, this.#runtime));
  }

  createSubscription(topic: Topic, settings: QueueSettings, subscription: Omit<Subscription, 'queue'>): void {
    const queue = this.#newQueue(settings);
    topic.subscriptions.set(subscription.name.toLowerCase(), { ...subscription, queue });
  }

  /** What takes messages under a path. @throws ServiceBusError when there is none */
  destination(path: string): Destination {
    const key = path.toLowerCase();
    const found = this.queues.get(key) ?? this.topics.get(key);
    if (!found) throw entityNotFound(this.uri(path));
    return found;
  }

  /** What gives messages under a path: a queue, a subscription, the dead letters of either. @throws ServiceBusError */
  source(path: string): MessageQueue {
    const isDead = path.toLowerCase().endsWith(deadLetterSuffix.toLowerCase());
    const main = isDead ? path.slice(0, -deadLetterSuffix.length) : path;
    const [, topic, subscription] = /^(.+)\/subscriptions\/([^/]+)$/i.exec(main) ?? [];
    const queue =
      topic !== undefined && subscription !== undefined
        ? this.topics.get(topic.toLowerCase())?.subscriptions.get(subscription.toLowerCase())?.queue
        : this.queues.get(main.toLowerCase());
    const found = isDead ? queue?.deadLetters : queue;
    if (!found) throw entityNotFound(this.uri(path));
    return found;
  }

  uri(path: string): string {
    return `sb://${this.hostName}/${path}`;
  }

  /**
   * Whoever a claim's token stands for.
   *
   * @param kind `jwt` or `servicebus.windows.net:sastoken`
   * @throws ServiceBusError, a 401
   */
  authenticate(kind: string, token: string): Caller {
    if (/sastoken$/i.test(kind)) return this.#signer(token);
    const principal = this.#runtime.authenticate(token);
    if (!principal) throw refused('InvalidSignature: The token has an invalid signature or has expired.');
    return { kind: 'principal', principal };
  }

  /** @throws ServiceBusError when the caller does not have the right to the entity */
  authorize(caller: Caller, right: 'Send' | 'Listen', entity: { path: string; resourceId: string }): void {
    const isAllowed =
      caller.kind === 'key'
        ? caller.rights.has(right)
        : this.#runtime.isAllowed(caller.principal, {
            kind: 'dataAction',
            action: dataActions[right],
            scope: entity.resourceId,
          });
    if (!isAllowed) throw unauthorized(right, this.uri(entity.path));
  }

  /** Counts operations as they are billed: each message of more than 64 KB as several. */
  count(operations: number, sizeBytes = 0): void {
    const { id, sku } = this.definition;
    // A premium namespace is billed by its messaging units, whatever they do.
    if (sku === 'Premium') return;
    const unit = sku === 'Basic' ? 'basic-operations' : 'standard-operations';
    this.#runtime.meter.add('service-bus', unit, id, operations * Math.max(1, Math.ceil(sizeBytes / 65_536)));
  }

  /** Entities to which others forward, and which there are not. */
  missingTargets(): { path: string; target: string }[] {
    const all = [
      ...this.queues.values(),
      ...[...this.topics.values()].flatMap(({ subscriptions }) =>
        [...subscriptions.values()].map(({ queue }) => queue),
      ),
    ];
    return all.flatMap(({ path, settings }) =>
      [settings.forwardTo, settings.forwardDeadLettersTo].flatMap((target) =>
        target === undefined || this.queues.has(target.toLowerCase()) || this.topics.has(target.toLowerCase())
          ? []
          : [{ path, target }],
      ),
    );
  }

  close(): void {
    for (const queue of this.queues.values()) queue.close();
    for (const topic of this.topics.values()) topic.close();
  }

  #newQueue(settings: QueueSettings): MessageQueue {
    return new MessageQueue(settings, {
      runtime: this.#runtime,
      send: (name: string, message: IncomingMessage) => {
        this.count(1, message.sizeBytes);
        this.destination(name).send(message);
      },
    });
  }

  /** Whoever has a key of a rule, as connection strings name them. @throws ServiceBusError, a 401 */
  keyHolder(name: string, key: string): Caller {
    if (!this.definition.localAuthEnabled) throw localAuthDisabled();
    const rule = this.#keyRules.get(name);
    if (!rule || !Object.values(keysOf(this.definition.id, name)).includes(key))
      throw refused('InvalidSignature: The token has an invalid signature.');
    return { kind: 'key', rule: rule.name, rights: rule.rights };
  }

  /** `SharedAccessSignature sr={uri}&sig={signature}&se={expiry}&skn={rule}` */
  #signer(token: string): Caller {
    if (!this.definition.localAuthEnabled) throw localAuthDisabled();
    const fields = new Map(
      token
        .replace(/^SharedAccessSignature +/i, '')
        .split('&')
        .map((pair): [string, string] => [
          pair.slice(0, pair.indexOf('=')),
          pair.slice(pair.indexOf('=') + 1),
        ]),
    );
    const decoded = (key: string) => decodeURIComponent(fields.get(key) ?? '');
    const [signature, expiry, name] = [decoded('sig'), decoded('se'), decoded('skn')];
    const rule = this.#keyRules.get(name);
    if (!rule)
      throw refused(`InvalidSignature: The token has an invalid signature. There is no key '${name}'.`);
    // The signature is over the resource as the client has encoded it.
    const text = `${fields.get('sr')}\n${expiry}`;
    const isSigned = Object.values(keysOf(this.definition.id, rule.name)).some(
      (key) => createHmac('sha256', key).update(text).digest('base64') === signature,
    );
    if (!isSigned) throw refused('InvalidSignature: The token has an invalid signature.');
    if (Number(expiry) * 1000 <= this.#runtime.clock.now())
      throw refused('ExpiredToken: The token is expired.');
    return { kind: 'key', rule: rule.name, rights: rule.rights };
  }
}

/** https://learn.microsoft.com/azure/role-based-access-control/permissions/integration#microsoftservicebus */
export const dataActions = {
  Send: 'Microsoft.ServiceBus/namespaces/messages/send/action',
  Listen: 'Microsoft.ServiceBus/namespaces/messages/receive/action',
} as const;

const refused = (description: string) => new ServiceBusError('amqp:unauthorized-access', 401, description);

const localAuthDisabled = () =>
  refused(
    'LocalAuthDisabled: Authorization failed because SAS authentication has been disabled for the namespace.',
  );
