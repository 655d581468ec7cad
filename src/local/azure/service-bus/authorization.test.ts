import { ServiceBusClient } from '@azure/service-bus';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from './amqp/listen.ts';
import { keysOf, type Right } from './namespace.ts';
import { namespaceId, testNamespace } from './test-namespace.ts';

/** A listener that wants a token of everybody, and clients with a key or as an identity with a role. */
async function guarded(options: { localAuthEnabled?: boolean } = {}) {
  const test = testNamespace();
  test.addQueue('orders');
  test.addQueue('other');
  const { namespace, runtime, authorization } = test;
  if (options.localAuthEnabled === false) Object.assign(namespace.definition, { localAuthEnabled: false });
  const listener = await listen({ runtime, namespaceOf: () => namespace });
  onTestFinished(() => listener.close());
  const retryOptions = { maxRetries: 0, timeoutInMs: 5000 };
  const closing = (client: ServiceBusClient) => {
    onTestFinished(() => client.close());
    return client;
  };
  return {
    ...test,
    withKey(rule: string, key: string) {
      const connection = `Endpoint=sb://127.0.0.1:${listener.port};SharedAccessKeyName=${rule};SharedAccessKey=${key};UseDevelopmentEmulator=true`;
      return closing(new ServiceBusClient(connection, { retryOptions }));
    },
    withRole(guid: string, scope: string) {
      const { principalId } = authorization.addIdentity('/identities/one');
      authorization.assignRole({
        system: 'azure',
        roleDefinitionId: guid,
        scope,
        principalId,
        source: { address: 'a', file: 'main.tf', line: 1 },
      });
      const caller = namespace.authenticate(
        'jwt',
        authorization.issueToken(principalId, 'https://servicebus.azure.net'),
      );
      return (right: 'Send' | 'Listen', path: string) =>
        namespace.authorize(caller, right, { path, resourceId: `${namespaceId}/queues/${path}` });
    },
  };
}

const rule = (name: string, ...rights: Right[]) => ({ name, rights: new Set(rights) });
const roles = {
  receiver: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0',
  sender: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39',
  owner: '090c5cfd-751d-490a-894a-3ce6f1109419',
};

describe('a key', () => {
  it('lets do what its rule says, and nothing else', async () => {
    const { namespace, withKey } = await guarded();
    namespace.addKeyRule(rule('sender', 'Send'));
    namespace.addKeyRule(rule('listener', 'Listen'));
    const sender = withKey('sender', keysOf(namespaceId, 'sender').primary);
    await sender.createSender('orders').sendMessages({ body: 1 });
    await expect(
      sender.createReceiver('orders').receiveMessages(1, { maxWaitTimeInMs: 200 }),
    ).rejects.toMatchObject({
      code: 'UnauthorizedAccess',
      message: expect.stringContaining("'Listen' claim(s)"),
    });
    const listener = withKey('listener', keysOf(namespaceId, 'listener').secondary);
    expect(await listener.createReceiver('orders').receiveMessages(1, { maxWaitTimeInMs: 500 })).toHaveLength(
      1,
    );
    await expect(listener.createSender('orders').sendMessages({ body: 1 })).rejects.toMatchObject({
      code: 'UnauthorizedAccess',
      message: expect.stringContaining("'Send' claim(s)"),
    });
  });

  it('that is wrong, or that the namespace does not want, opens nothing', async () => {
    const wrong = await guarded();
    await expect(
      wrong.withKey('RootManageSharedAccessKey', 'd3Jvbmc=').createSender('orders').sendMessages({ body: 1 }),
    ).rejects.toMatchObject({ message: expect.stringContaining('InvalidSignature') });
    const disabled = await guarded({ localAuthEnabled: false });
    const key = keysOf(namespaceId, 'RootManageSharedAccessKey').primary;
    await expect(
      disabled.withKey('RootManageSharedAccessKey', key).createSender('orders').sendMessages({ body: 1 }),
    ).rejects.toMatchObject({ message: expect.stringContaining('LocalAuthDisabled') });
  });
});

describe('a role', () => {
  it('on a queue lets its holder send or receive there only', async () => {
    const { withRole } = await guarded();
    const may = withRole(roles.sender, `${namespaceId}/queues/orders`);
    may('Send', 'orders');
    expect(() => may('Listen', 'orders')).toThrow("'Listen' claim(s) are required");
    expect(() => may('Send', 'other')).toThrow("'Send' claim(s) are required");
  });

  it('on the namespace holds for every queue; the owner may do both', async () => {
    const { withRole } = await guarded();
    const may = withRole(roles.owner, namespaceId);
    may('Send', 'orders');
    may('Listen', 'other');
    const { withRole: another } = await guarded();
    const mayReceive = another(roles.receiver, namespaceId);
    mayReceive('Listen', 'other');
    expect(() => mayReceive('Send', 'other')).toThrow();
  });
});

it('a send of a function fails where the fault plan says so, and nothing arrives', async () => {
  const { namespace, runtime, withKey } = await guarded();
  const faults = { strikes: (kind: string) => kind === 'throttle', delayMs: () => 0 };
  Object.assign(runtime.course, { faults });
  const client = withKey(
    'RootManageSharedAccessKey',
    keysOf(namespaceId, 'RootManageSharedAccessKey').primary,
  );
  await expect(client.createSender('orders').sendMessages({ body: 1 })).rejects.toMatchObject({
    code: 'ServiceBusy',
  });
  expect(namespace.source('orders').pending).toBe(0);
});

it('of messages that arrive together each sender learns the fate of its own', async () => {
  const { namespace, runtime, withKey } = await guarded();
  let sends = 0;
  const faults = { strikes: (kind: string) => kind === 'throttle' && sends++ % 3 === 1, delayMs: () => 0 };
  Object.assign(runtime.course, { faults });
  const sender = withKey(
    'RootManageSharedAccessKey',
    keysOf(namespaceId, 'RootManageSharedAccessKey').primary,
  ).createSender('orders');
  // Opens the link, so that all messages leave in one turn.
  await sender.createMessageBatch();
  const outcomes = await Promise.allSettled([0, 1, 2, 3, 4, 5].map((body) => sender.sendMessages({ body })));
  expect(outcomes.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  expect(namespace.source('orders').pending).toBe(4);
});
