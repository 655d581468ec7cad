// https://learn.microsoft.com/azure/azure-functions/functions-bindings-event-grid-output
import { z } from 'zod';
import type { WireResponse } from '../../engine/wire.ts';
import { settingOf } from '../functions/binding-expressions.ts';
import { connectionOf, identityOf } from '../functions/connection.ts';
import type { WriteOutput } from '../functions/output-bindings.ts';
import type { BoundApp } from '../functions/triggers.ts';
import type { Binding, TypedData } from '../functions/typed-data.ts';
import type { AzurePrincipal } from '../service.ts';
import type { CustomTopics } from './custom-topics.ts';

/** Times that the host's client tries again what the service refuses for the moment. */
const retries = 3;

type Publisher =
  | { kind: 'key'; endpoint: string; key: string }
  | { kind: 'identity'; endpoint: string; principal: AzurePrincipal };

/** Publishes what functions give to their output bindings: all events of an invocation at once. */
export const eventGridOutput =
  (topics: CustomTopics): WriteOutput =>
  async (app, { binding, data }, { functionName }) => {
    const publisher = publisherOf(app, binding);
    const { host, pathname } = new URL(publisher.endpoint);
    const request = {
      method: 'POST',
      host,
      path: pathname,
      query: '',
      headers: publisher.kind === 'key' ? { 'aeg-sas-key': publisher.key } : {},
      body: Buffer.from(JSON.stringify(eventsOf(data))),
    };
    const publish = () =>
      publisher.kind === 'key' ? topics.handle(request) : topics.handleHost(request, publisher.principal);
    let answer = publish();
    for (let attempt = 0; attempt < retries && isPassing(answer); attempt++) answer = publish();
    if (answer.status >= 300)
      throw new Error(
        `Function ${functionName} could not publish to ${publisher.endpoint}: ${answer.status} ${reasonOf(answer)}`,
      );
  };

const isPassing = ({ status }: WireResponse) => status === 429 || status >= 500;

const Refusal = z.object({ error: z.object({ message: z.string() }) });

const reasonOf = ({ body }: WireResponse): string =>
  typeof body === 'string' ? Refusal.parse(JSON.parse(body)).error.message : '';

/** With the key that a setting has, or as an identity. @throws Error as the host's when the settings do not fit */
function publisherOf(app: BoundApp, binding: Binding): Publisher {
  const named = (attribute: string) => {
    const name = binding[attribute];
    return typeof name === 'string' && name !== '' ? name : undefined;
  };
  const setting = (attribute: string) => {
    const name = named(attribute);
    if (name === undefined) return undefined;
    const value = settingOf(app.settings, name);
    if (value === undefined)
      throw new Error(
        `Unable to resolve the value for property 'EventGridAttribute.${attribute}'. Make sure the setting ${name} exists and has a valid value.`,
      );
    return value;
  };
  const uri = setting('topicEndpointUri');
  const key = setting('topicKeySetting');
  const connection = named('connection');
  if (key !== undefined) {
    if (connection !== undefined)
      throw new Error(`Conflicting topic credentials have been set in '${connection}' and 'TopicKeySetting'`);
    return { kind: 'key', endpoint: absolute(uri), key };
  }
  if (connection === undefined)
    return asIdentity(
      app,
      absolute(uri),
      identityOf(app, () => undefined),
    );
  const found = connectionOf(app, connection, ['topicEndpointUri']);
  if (found.kind !== 'identity')
    throw new Error(
      `Connection "${connection}" of an Event Grid output is by identity: it has a setting ${connection}__topicEndpointUri.`,
    );
  return asIdentity(app, absolute(found.setting('topicEndpointUri')), found.identity);
}

function asIdentity(
  app: BoundApp,
  endpoint: string,
  identity: { principalId: string } | undefined,
): Publisher {
  if (!identity) throw new Error(`${app.name} has no such managed identity to publish to ${endpoint}.`);
  return { kind: 'identity', endpoint, principal: { kind: 'identity', objectId: identity.principalId } };
}

function absolute(uri: string | undefined): string {
  if (uri === undefined)
    throw new Error("The 'Connection.topicEndpointUri' property or 'TopicEndpointUri' property must be set");
  if (!URL.canParse(uri)) throw new Error("The 'TopicEndpointUri' property must be a valid absolute Uri");
  return uri;
}

/** One event, or one for each element of a list. @throws Error when they are no JSON */
function eventsOf({ string, json, bytes, collectionString }: TypedData): unknown[] {
  const texts = collectionString?.string ?? [string ?? json ?? Buffer.from(bytes ?? []).toString()];
  return texts.flatMap((text) => {
    const event: unknown = JSON.parse(text);
    return Array.isArray(event) ? event.map(parsed) : [event];
  });
}

/** An element of a list may be the text of an event. */
const parsed = (event: unknown): unknown => (typeof event === 'string' ? JSON.parse(event) : event);
