// Custom topics and the data plane that applications publish to.
// https://learn.microsoft.com/rest/api/eventgrid/dataplane/publish-events
import { z } from 'zod';
import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import type { AzurePrincipal, AzureRuntime, AzureService } from '../service.ts';
import type { DeliverySchema, GridEvent } from './grid-event.ts';

export interface CustomTopic {
  /** Full resource id. */
  id: string;
  /** `acme-orders.eastus2-1.eventgrid.azure.net` */
  hostName: string;
  inputSchema: DeliverySchema;
  keys: readonly string[];
  localAuthEnabled: boolean;
}

const EventGridSchema = z.object({
  id: z.string(),
  subject: z.string(),
  eventType: z.string(),
  eventTime: z.string(),
  data: z.unknown(),
  dataVersion: z.string().default(''),
});

const CloudEvent = z.object({
  id: z.string(),
  source: z.string(),
  type: z.string(),
  specversion: z.literal('1.0'),
  subject: z.string().optional(),
  time: z.string().optional(),
  data: z.unknown(),
});

/** https://learn.microsoft.com/azure/event-grid/quotas-limits */
const largestRequestBytes = 1024 * 1024;
const billedBytes = 64 * 1024;

export class CustomTopics implements AzureService {
  readonly hosts = ['.eventgrid.azure.net'];
  readonly #runtime: AzureRuntime;
  readonly #publish: (event: GridEvent) => void;
  readonly #topics = new Map<string, CustomTopic>();

  /** @param publish takes each accepted event */
  constructor(runtime: AzureRuntime, publish: (event: GridEvent) => void) {
    this.#runtime = runtime;
    this.#publish = publish;
  }

  add(topic: CustomTopic): void {
    this.#topics.set(topic.hostName, topic);
  }

  /** The topic with this resource id. */
  find(id: string): CustomTopic | undefined {
    return [...this.#topics.values()].find((topic) => topic.id.toLowerCase() === id.toLowerCase());
  }

  handle = (request: WireRequest): WireResponse => this.#answer(request, this.#callerOf(request));

  /** Answers the Functions host, which has proven to be this caller. */
  handleHost(request: WireRequest, principal: AzurePrincipal): WireResponse {
    return this.#answer(request, principal);
  }

  #answer(request: WireRequest, principal: AzurePrincipal | undefined): WireResponse {
    const topic = this.#topics.get(request.host.toLowerCase());
    if (!topic || request.path.replace(/\/$/, '') !== '/api/events')
      return failure(404, 'NotFound', `There is no Event Grid topic at ${request.host}${request.path}.`);
    if (request.method !== 'POST') return failure(405, 'MethodNotAllowed', 'Events are published by POST.');
    const refusal = this.#refusal(topic, request, principal);
    if (refusal) return refusal;
    if (request.body.length > largestRequestBytes)
      return failure(413, 'PayloadTooLarge', `The maximum size (${largestRequestBytes}) has been exceeded.`);
    const events = this.#read(topic, request);
    if (typeof events === 'string') return failure(400, 'BadRequest', events);
    for (const { event, sizeBytes } of events) {
      const operations = Math.ceil(sizeBytes / billedBytes);
      this.#runtime.meter.add('event-grid', 'operations', topic.id, operations);
      this.#publish(event);
    }
    return { status: 200, headers: { 'api-supported-versions': '2018-01-01' }, body: '' };
  }

  #callerOf({ headers }: WireRequest): AzurePrincipal | undefined {
    const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
    return token === undefined ? undefined : this.#runtime.authenticate(token);
  }

  #refusal(
    topic: CustomTopic,
    { headers }: WireRequest,
    principal: AzurePrincipal | undefined,
  ): WireResponse | undefined {
    const key = headers['aeg-sas-key'];
    if (typeof key === 'string')
      return topic.localAuthEnabled && topic.keys.includes(key)
        ? undefined
        : failure(401, 'Unauthorized', 'The request authorization key is not authorized for this topic.');
    if (!principal)
      return failure(
        401,
        'Unauthorized',
        'Request must contain one of the following authorization signature: aeg-sas-token, aeg-sas-key, or a valid Entra ID token.',
      );
    const action = 'Microsoft.EventGrid/events/send/action';
    if (this.#runtime.isAllowed(principal, { kind: 'dataAction', action, scope: topic.id })) return undefined;
    return failure(
      403,
      'Forbidden',
      `The principal associated with access token presented with the incoming request does not have permission to send data to ${topic.id.toUpperCase()}.`,
    );
  }

  /** The events of a request, or what is wrong with it. */
  #read(
    { id, inputSchema }: CustomTopic,
    { body }: WireRequest,
  ): { event: GridEvent; sizeBytes: number }[] | string {
    let content: unknown;
    try {
      content = JSON.parse(body.toString());
    } catch {
      return 'This resource is configured to receive event in JSON, and the body is none.';
    }
    const list: unknown[] = Array.isArray(content) ? content : [content];
    if (inputSchema === 'EventGridSchema') {
      const parsed = z.array(EventGridSchema).safeParse(list);
      if (!parsed.success)
        return `This resource is configured for 'EventGridEvent' schema: ${z.prettifyError(parsed.error)}`;
      return parsed.data.map((event, index) => ({
        event: { ...event, topic: id },
        sizeBytes: sizeOf(list[index]),
      }));
    }
    const parsed = z.array(CloudEvent).safeParse(list);
    if (!parsed.success)
      return `This resource is configured for 'CloudEventV10' schema: ${z.prettifyError(parsed.error)}`;
    return parsed.data.map(({ type, source, subject = '', time, ...event }, index) => ({
      event: {
        id: event.id,
        data: event.data,
        topic: id,
        source,
        subject,
        eventType: type,
        eventTime: time ?? new Date(this.#runtime.clock.now()).toISOString(),
        dataVersion: '',
      },
      sizeBytes: sizeOf(list[index]),
    }));
  }
}

const sizeOf = (event: unknown): number => Buffer.byteLength(JSON.stringify(event) ?? '');

const failure = (status: number, code: string, message: string): WireResponse => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify({ error: { code, message, details: [{ code, message }] } }),
});
