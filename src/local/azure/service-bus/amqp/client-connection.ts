import type { Connection, EventContext, Receiver, Sender } from 'rhea';
import type { AzureRuntime } from '../../service.ts';
import {
  decodeError,
  entityNotFound,
  internalError,
  invalidOperation,
  malformed,
  notSupported,
  ServiceBusError,
  serverBusy,
  serviceDown,
  sessionCannotBeLocked,
  sessionLockLost,
  timedOut,
} from '../errors.ts';
import { type AmqpMessage, incoming, received } from '../message.ts';
import type { MessageQueue } from '../message-queue.ts';
import type { Caller, Destination, Namespace } from '../namespace.ts';
import type { SessionLock } from '../sessions.ts';
import { type ManagementCall, manage } from './management.ts';
import { ticks } from './outgoing.ts';
import { ReceiveLink } from './receive-link.ts';
import { closeNow, holdAttach, reject } from './rhea-link.ts';

export interface ConnectionSurroundings {
  runtime: Pick<AzureRuntime, 'clock' | 'course'>;
  namespace: Namespace;
  /** Who everybody on this connection is; without it, each link needs a token. */
  everybody?: Caller;
}

const claimsNode = '$cbs';
const managementSuffix = '/$management';
const sessionFilter = 'com.microsoft:session-filter';
const timeoutProperty = 'com.microsoft:timeout';
/** How long a client that names no time waits for a session. */
const defaultSessionWaitMs = 60_000;

/** One client's connection: its tokens, its links, its requests. */
export class ClientConnection {
  readonly #surroundings: ConnectionSurroundings;
  /** By the path that a token is for, in lower case. */
  readonly #claims = new Map<string, Caller>();
  readonly #receiveLinks = new Set<ReceiveLink>();
  /** Where answers go, by the address that a request names. */
  readonly #replyLinks = new Map<string, Sender>();

  constructor(connection: Connection, surroundings: ConnectionSurroundings) {
    this.#surroundings = surroundings;
    connection.on('sender_open', ({ sender }: EventContext) => sender && this.#onReceiver(sender));
    connection.on('receiver_open', ({ receiver }: EventContext) => receiver && this.#onSender(receiver));
    for (const event of ['session_close', 'connection_close']) connection.on(event, () => undefined);
    for (const event of ['session_error', 'connection_error']) connection.on(event, () => undefined);
    // rhea tells of what it cannot read by these, and ends the connection then.
    for (const event of ['protocol_error', 'error'])
      connection.on(event, (error: unknown) => {
        const { condition, message: description } = malformed(error);
        closeNow(connection, { condition, description });
      });
    connection.on('disconnected', () => this.#close());
  }

  #close(): void {
    for (const link of this.#receiveLinks) link.close();
    this.#receiveLinks.clear();
  }

  /** A client begins to receive. */
  #onReceiver(sender: Sender): void {
    const address = sender.source?.address ?? '';
    sender.set_source(sender.source ?? {});
    sender.set_target(sender.target ?? {});
    sender.on('sender_error', () => undefined);
    if (address === claimsNode || isManagement(address)) {
      for (const name of [sender.name, sender.target?.address]) if (name) this.#replyLinks.set(name, sender);
      return;
    }
    try {
      this.#receive(sender, this.#sourceFor(address));
    } catch (error) {
      refuse(sender, error);
    }
  }

  #receive(sender: Sender, queue: MessageQueue): void {
    const filter: Record<string, unknown> = sender.source?.filter ?? {};
    const wantsSession = sessionFilter in filter;
    if (queue.settings.requiresSession && !wantsSession)
      throw invalidOperation(
        `It is not possible for an entity that requires sessions to create a non-sessionful message receiver: '${queue.path}'.`,
      );
    if (!queue.settings.requiresSession && wantsSession)
      throw invalidOperation(
        `A sessionful message receiver cannot be created on an entity that does not require sessions: '${queue.path}'. Ensure RequiresSession is set to true when creating a Queue or Subscription to enable sessionful behavior.`,
      );
    if (!wantsSession) {
      this.#open(sender, queue);
      return;
    }
    const wanted = filter[sessionFilter];
    const answer = holdAttach(sender);
    void this.#acceptSession(sender, queue, typeof wanted === 'string' ? wanted : undefined).then(
      ({ lock, link }) => {
        sender.set_source({ ...sender.source, filter: { [sessionFilter]: lock.sessionId } });
        answer({ 'com.microsoft:locked-until-utc': ticks(lock.untilMs) });
        this.#receiveLinks.add(link);
      },
      (error: unknown) => {
        // A link without its session's filter says that there is none.
        sender.set_source({ address: queue.path });
        answer();
        refuse(sender, error);
      },
    );
  }

  /** Locks the session that is wanted, or the next that is free, as soon as there is one. @throws ServiceBusError */
  async #acceptSession(sender: Sender, queue: MessageQueue, wanted: string | undefined) {
    const sessionId = wanted ?? (await this.#nextSession(sender, queue));
    let link: ReceiveLink | undefined;
    const lock: SessionLock = queue.lockSession(sessionId, (cause) => {
      if (cause === 'expired') link?.end(sessionLockLost(sessionId));
    });
    link = this.#open(sender, queue, lock);
    return { lock, link };
  }

  #nextSession(sender: Sender, queue: MessageQueue): Promise<string> {
    const { clock } = this.#surroundings.runtime;
    const { [timeoutProperty]: timeout }: Record<string, unknown> = sender.properties ?? {};
    const waitMs = typeof timeout === 'number' ? timeout : defaultSessionWaitMs;
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = queue.availableSession();
        if (found === undefined) return false;
        end();
        resolve(found);
        return true;
      };
      const undo = queue.onReady(() => queueMicrotask(look));
      const timer = clock.after(waitMs, () => {
        end();
        reject(timedOut(waitMs));
      });
      const gone = () => {
        end();
        reject(sessionCannotBeLocked(''));
      };
      const end = () => {
        undo();
        timer.cancel();
        sender.connection.removeListener('disconnected', gone);
        sender.removeListener('sender_close', gone);
      };
      sender.connection.on('disconnected', gone);
      sender.on('sender_close', gone);
      look();
    });
  }

  #open(sender: Sender, queue: MessageQueue, session?: SessionLock): ReceiveLink {
    const { namespace } = this.#surroundings;
    const deletes = sender.snd_settle_mode === 1;
    const link = new ReceiveLink({ sender, queue, namespace, deletes, ...(session && { session }) });
    this.#receiveLinks.add(link);
    sender.on('sender_close', () => {
      link.close();
      this.#receiveLinks.delete(link);
    });
    return link;
  }

  /** A client begins to send: messages, tokens or requests. */
  #onSender(receiver: Receiver): void {
    const address = receiver.target?.address;
    receiver.set_source(receiver.source ?? {});
    receiver.set_target(receiver.target ?? {});
    receiver.on('receiver_error', () => undefined);
    if (address === undefined) {
      refuse(receiver, notSupported('transactions'));
      return;
    }
    receiver.on('message', (context: EventContext) => {
      if (address === claimsNode) this.#request(context, () => this.#putToken(received(context.message)));
      else if (isManagement(address))
        this.#request(context, () => this.#manage(address.slice(0, -managementSuffix.length), context));
      else this.#take(address, context);
    });
  }

  #take(address: string, { delivery, message, receiver }: EventContext): void {
    if (!delivery) return;
    try {
      this.#failByPlan();
      const target = this.#destinationFor(address);
      const messages = incoming(message, delivery.format);
      for (const one of messages) target.check(one);
      for (const one of messages) {
        this.#surroundings.namespace.count(1, one.sizeBytes);
        target.send(one);
      }
      delivery.accept();
    } catch (error) {
      const { condition, message: description } = asServiceBusError(error);
      reject(delivery, { condition, description });
      // A sender that garbles one message garbles the next.
      if (condition === decodeError) receiver?.close({ condition, description });
    }
  }

  /** Sends of functions fail as the run's fault plan says. */
  #failByPlan(): void {
    const { runtime, everybody } = this.#surroundings;
    if (everybody) return;
    if (runtime.course.faults.strikes('dependency-down', faultPlace)) throw serviceDown();
    if (runtime.course.faults.strikes('throttle', faultPlace)) throw serverBusy();
  }

  #request(
    { message, delivery, receiver }: EventContext,
    answer: () => { status: number; description?: string; body?: unknown },
  ): void {
    delivery?.accept();
    const request = received(message);
    const reply = this.#replyLinks.get(request.reply_to ?? '');
    if (!reply || !receiver) return;
    let status = 500;
    let description = 'OK';
    let condition: string | undefined;
    let body: unknown;
    try {
      const given = answer();
      ({ status, body } = given);
      description = given.description ?? description;
    } catch (error) {
      const failure = asServiceBusError(error);
      ({ status, condition, message: description } = failure);
    }
    reply.send({
      to: request.reply_to ?? '',
      correlation_id: idOf(request),
      application_properties: {
        'status-code': status,
        'status-description': description,
        statusCode: status,
        statusDescription: description,
        ...(condition !== undefined && { errorCondition: condition, 'error-condition': condition }),
      },
      body: body ?? null,
    });
  }

  #putToken(request: AmqpMessage) {
    const { namespace } = this.#surroundings;
    const { name, type, operation } = request.application_properties ?? {};
    if (operation !== 'put-token') throw notSupported(`the operation ${operation} of ${claimsNode}`);
    const path = pathOf(String(name));
    if (!this.#surroundings.everybody) {
      const caller = namespace.authenticate(String(type), String(request.body));
      this.#claims.set(path.toLowerCase(), caller);
    }
    if (path !== '' && !isManagement(path) && !isKnown(namespace, path))
      throw entityNotFound(namespace.uri(path));
    return { status: 202, description: 'Accepted' };
  }

  #manage(path: string, { message }: EventContext) {
    const { namespace } = this.#surroundings;
    const request = received(message);
    const body: unknown = request.body;
    const call: ManagementCall = {
      operation: String(request.application_properties?.operation),
      body: typeof body === 'object' && body !== null ? { ...body } : {},
      source: () => this.#sourceFor(path),
      destination: () => this.#destinationFor(path),
      count: (operations, sizeBytes) => namespace.count(operations, sizeBytes),
    };
    return manage(call);
  }

  /** @throws ServiceBusError when there is no such entity, or the caller may not listen to it */
  #sourceFor(path: string): MessageQueue {
    const { namespace } = this.#surroundings;
    const queue = namespace.source(path);
    namespace.authorize(this.#callerFor(path), 'Listen', {
      path,
      resourceId: queue.settings.resourceId,
    });
    return queue;
  }

  /** @throws ServiceBusError when there is no such entity, or the caller may not send to it */
  #destinationFor(path: string): Destination {
    const { namespace } = this.#surroundings;
    const target = namespace.destination(path);
    namespace.authorize(this.#callerFor(path), 'Send', { path, resourceId: target.settings.resourceId });
    return target;
  }

  /** Whose token covers the path: one for the entity, or for what it is part of. @throws ServiceBusError */
  #callerFor(path: string): Caller {
    const { everybody } = this.#surroundings;
    if (everybody) return everybody;
    let scope = path.toLowerCase();
    for (;;) {
      const caller = this.#claims.get(scope) ?? this.#claims.get(`${scope}${managementSuffix}`);
      if (caller) return caller;
      if (scope === '') break;
      scope = scope.slice(0, Math.max(0, scope.lastIndexOf('/')));
    }
    throw new ServiceBusError(
      'amqp:unauthorized-access',
      401,
      `Unauthorized access. No token was put for '${this.#surroundings.namespace.uri(path)}'.`,
    );
  }
}

/** The place that fault plans know the service by. */
const faultPlace = 'service-bus';

const isManagement = (address: string) => address.toLowerCase().endsWith(managementSuffix);

const idOf = ({ message_id: id, correlation_id: other }: AmqpMessage) => id ?? other ?? '';

/** `orders` of `sb://acme.servicebus.windows.net/orders` */
const pathOf = (audience: string) => audience.replace(/^[a-z]+:\/\/[^/]*\/?/i, '').replace(/\/$/, '');

function isKnown(namespace: Namespace, path: string): boolean {
  const finds = [() => namespace.source(path), () => namespace.destination(path)];
  return finds.some((find) => {
    try {
      find();
      return true;
    } catch {
      return false;
    }
  });
}

function refuse(link: Sender | Receiver, error: unknown): void {
  const { condition, message: description } = asServiceBusError(error);
  link.close({ condition, description });
}

const asServiceBusError = (error: unknown): ServiceBusError =>
  error instanceof ServiceBusError ? error : internalError(error);
