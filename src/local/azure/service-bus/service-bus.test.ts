import { describe, expect, it } from 'vitest';
import type { QueueSettings } from './message-queue.ts';
import { ownerClient, testNamespace } from './test-namespace.ts';

describe('a queue', () => {
  it('takes and gives messages, whole', async () => {
    const { bus, addQueue, meter } = testNamespace();
    addQueue('orders');
    const client = await ownerClient(bus);
    const sender = client.createSender('orders');
    await sender.sendMessages({
      body: { id: 1 },
      messageId: 'm1',
      subject: 'order',
      correlationId: 'c1',
      contentType: 'application/json',
      applicationProperties: { color: 'red', quantity: 3, price: 1.5, urgent: true },
    });
    await sender.sendMessages([{ body: 'two' }, { body: Buffer.from('three') }]);
    const receiver = client.createReceiver('orders');
    const messages = await receiver.receiveMessages(3, { maxWaitTimeInMs: 1000 });
    expect(messages.map(({ body }) => (Buffer.isBuffer(body) ? body.toString() : body))).toEqual([
      { id: 1 },
      'two',
      'three',
    ]);
    expect(messages[0]).toMatchObject({
      messageId: 'm1',
      subject: 'order',
      correlationId: 'c1',
      contentType: 'application/json',
      applicationProperties: { color: 'red', quantity: 3, price: 1.5, urgent: true },
      deliveryCount: 0,
      state: 'active',
      enqueuedTimeUtc: new Date(Date.UTC(2026, 10, 28)),
      lockedUntilUtc: new Date(Date.UTC(2026, 10, 28, 0, 1)),
    });
    expect(messages.map(({ sequenceNumber }) => Number(sequenceNumber))).toEqual([1, 2, 3]);
    for (const message of messages) await receiver.completeMessage(message);
    expect(bus.namespace('acme')?.source('orders').pending).toBe(0);
    expect(meter.total('service-bus', 'standard-operations')).toBe(9);
  });
});

describe('a locked message', () => {
  const lockedOne = async (more: Partial<QueueSettings> = {}) => {
    const test = testNamespace();
    test.addQueue('orders', more);
    const client = await ownerClient(test.bus);
    const receiver = client.createReceiver('orders', { maxAutoLockRenewalDurationInMs: 0 });
    const next = async () => {
      const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 400 });
      return message;
    };
    await client.createSender('orders').sendMessages({ body: 'a', messageId: 'm1' });
    const first = await next();
    if (!first) throw new Error('no message');
    return { ...test, client, receiver, next, first };
  };

  it('comes again when it is abandoned, with the properties that were written on it', async () => {
    const { receiver, first, next } = await lockedOne();
    await receiver.abandonMessage(first, { attempt: 1 });
    expect(await next()).toMatchObject({ deliveryCount: 1, applicationProperties: { attempt: 1 } });
  });

  it('is lost when the lock runs out: it comes again, and the old lock settles nothing', async () => {
    const { receiver, clock, first, next } = await lockedOne();
    clock.advance(60_001);
    const again = await next();
    expect(again).toMatchObject({ deliveryCount: 1 });
    await expect(receiver.completeMessage(first)).rejects.toMatchObject({ code: 'MessageLockLost' });
  });

  it('stays locked when the lock is renewed', async () => {
    const { receiver, clock, first, next } = await lockedOne();
    clock.advance(50_000);
    const until = await receiver.renewMessageLock(first);
    expect(until).toEqual(new Date(clock.now() + 60_000));
    clock.advance(50_000);
    expect(await next()).toBeUndefined();
    await receiver.completeMessage(first);
  });

  it('moves to the dead-letter queue after the last delivery, or at once with a reason', async () => {
    const { client, receiver, first, next } = await lockedOne({ maximumDeliveries: 2 });
    await receiver.abandonMessage(first);
    const second = await next();
    if (second) await receiver.abandonMessage(second);
    await client.createSender('orders').sendMessages({ body: 'b' });
    const other = await next();
    if (other)
      await receiver.deadLetterMessage(other, {
        deadLetterReason: 'invalid',
        deadLetterErrorDescription: 'no price',
        seen: true,
      });
    const dead = client.createReceiver('orders', { subQueueType: 'deadLetter' });
    const [exhausted, refused] = await dead.receiveMessages(2, { maxWaitTimeInMs: 1000 });
    expect(exhausted).toMatchObject({
      body: 'a',
      deadLetterReason: 'MaxDeliveryCountExceeded',
      deadLetterErrorDescription: 'Message could not be consumed after 2 delivery attempts.',
    });
    expect(refused).toMatchObject({
      body: 'b',
      deadLetterReason: 'invalid',
      deadLetterErrorDescription: 'no price',
      applicationProperties: { seen: true },
    });
    if (refused) await dead.completeMessage(refused);
  });

  it('that is deferred is found by its number only', async () => {
    const { receiver, first, next } = await lockedOne();
    await receiver.deferMessage(first, { later: true });
    expect(await next()).toBeUndefined();
    expect(await receiver.peekMessages(5)).toMatchObject([{ body: 'a', state: 'deferred' }]);
    const [deferred] = await receiver.receiveDeferredMessages(first.sequenceNumber ?? []);
    expect(deferred).toMatchObject({ body: 'a', applicationProperties: { later: true }, deliveryCount: 1 });
    if (deferred) await receiver.completeMessage(deferred);
    await expect(receiver.receiveDeferredMessages(first.sequenceNumber ?? [])).rejects.toMatchObject({
      code: 'MessageNotFound',
    });
  });
});

describe('a queue with rules of its own', () => {
  it('deletes what it delivers where the receiver wants that', async () => {
    const { bus, addQueue } = testNamespace();
    addQueue('orders');
    const client = await ownerClient(bus);
    await client.createSender('orders').sendMessages([{ body: 1 }, { body: 2 }]);
    const receiver = client.createReceiver('orders', { receiveMode: 'receiveAndDelete' });
    expect(await receiver.receiveMessages(2, { maxWaitTimeInMs: 500 })).toHaveLength(2);
    expect(bus.namespace('acme')?.source('orders').pending).toBe(0);
  });

  it('drops a second message with the same id within the window', async () => {
    const { bus, clock, addQueue, namespace } = testNamespace();
    addQueue('orders', { duplicateWindowMs: 600_000 });
    const client = await ownerClient(bus);
    const sender = client.createSender('orders');
    await sender.sendMessages([
      { body: 1, messageId: 'a' },
      { body: 2, messageId: 'a' },
    ]);
    expect(namespace.source('orders').pending).toBe(1);
    clock.advance(600_000);
    await sender.sendMessages({ body: 3, messageId: 'a' });
    expect(namespace.source('orders').pending).toBe(2);
  });

  it('dead-letters or drops what has expired', async () => {
    const { bus, clock, addQueue, namespace } = testNamespace();
    addQueue('kept', { deadLettersExpired: true, timeToLiveMs: 10_000 });
    addQueue('dropped');
    const client = await ownerClient(bus);
    await client.createSender('kept').sendMessages({ body: 1, timeToLive: 60_000 });
    await client.createSender('dropped').sendMessages({ body: 1, timeToLive: 10_000 });
    clock.advance(10_000);
    expect(namespace.source('dropped').pending).toBe(0);
    const dead = client.createReceiver('kept', { subQueueType: 'deadLetter' });
    expect(await dead.peekMessages(1)).toMatchObject([{ deadLetterReason: 'TTLExpiredException' }]);
  });

  it('keeps scheduled messages until their time, and forgets those that are cancelled', async () => {
    const { bus, clock, addQueue } = testNamespace();
    addQueue('orders');
    const client = await ownerClient(bus);
    const sender = client.createSender('orders');
    const receiver = client.createReceiver('orders');
    const at = new Date(clock.now() + 3_600_000);
    const numbers = await sender.scheduleMessages([{ body: 'a' }, { body: 'b' }], at);
    await sender.sendMessages({ body: 'c', scheduledEnqueueTimeUtc: at });
    expect(await receiver.peekMessages(5)).toMatchObject([
      { body: 'a', state: 'scheduled' },
      { body: 'b', state: 'scheduled' },
      { body: 'c', state: 'scheduled' },
    ]);
    await sender.cancelScheduledMessages(numbers[0] ?? []);
    await expect(sender.cancelScheduledMessages(numbers[0] ?? [])).rejects.toMatchObject({
      code: 'MessageNotFound',
    });
    clock.advance(3_600_000);
    const messages = await receiver.receiveMessages(3, { maxWaitTimeInMs: 500 });
    expect(messages.map(({ body }) => body)).toEqual(['b', 'c']);
  });

  it('refuses what is too large, and what it does not know', async () => {
    const { bus, addQueue } = testNamespace();
    addQueue('orders');
    const client = await ownerClient(bus);
    await expect(
      client.createSender('orders').sendMessages({ body: 'x'.repeat(300_000) }),
    ).rejects.toMatchObject({ code: 'MessageSizeExceeded' });
    await expect(client.createSender('nothing').sendMessages({ body: 1 })).rejects.toMatchObject({
      code: 'MessagingEntityNotFound',
    });
  });

  it('sends on to another entity, its dead letters too', async () => {
    const { bus, addQueue } = testNamespace();
    addQueue('front', { forwardTo: 'back' });
    addQueue('back', { forwardDeadLettersTo: 'graveyard' });
    addQueue('graveyard');
    const client = await ownerClient(bus);
    await client.createSender('front').sendMessages({ body: 1 });
    const receiver = client.createReceiver('back');
    const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 500 });
    if (message)
      await receiver.deadLetterMessage(message, {
        deadLetterReason: 'bad',
        deadLetterErrorDescription: 'so bad',
      });
    expect(await client.createReceiver('graveyard').peekMessages(1)).toMatchObject([
      { body: 1, deadLetterReason: 'bad', deadLetterSource: 'back' },
    ]);
  });
});

describe('sessions', () => {
  it('are received by one at a time, in order, with their state', async () => {
    const { bus, addQueue } = testNamespace();
    addQueue('orders', { requiresSession: true });
    const client = await ownerClient(bus);
    const sender = client.createSender('orders');
    await sender.sendMessages([
      { body: 'a1', sessionId: 'a' },
      { body: 'b1', sessionId: 'b' },
      { body: 'a2', sessionId: 'a' },
    ]);
    await expect(sender.sendMessages({ body: 'none' })).rejects.toMatchObject({
      message: expect.stringContaining('The SessionId was not set'),
    });
    const first = await client.acceptNextSession('orders');
    expect(first.sessionId).toBe('a');
    await expect(client.acceptSession('orders', 'a')).rejects.toMatchObject({
      code: 'SessionCannotBeLocked',
    });
    const second = await client.acceptNextSession('orders');
    expect(second.sessionId).toBe('b');
    const messages = await first.receiveMessages(2, { maxWaitTimeInMs: 500 });
    expect(messages.map(({ body }) => body)).toEqual(['a1', 'a2']);
    await first.setSessionState({ done: 1 });
    expect(await first.getSessionState()).toEqual({ done: 1 });
    if (messages[0]) await first.completeMessage(messages[0]);
    await first.close();
    const again = await client.acceptSession('orders', 'a');
    expect(await again.getSessionState()).toEqual({ done: 1 });
    expect(await again.receiveMessages(1, { maxWaitTimeInMs: 500 })).toMatchObject([
      { body: 'a2', deliveryCount: 1 },
    ]);
  });

  it('that are not there yet are waited for', async () => {
    const { bus, addQueue, namespace } = testNamespace();
    addQueue('orders', { requiresSession: true });
    const client = await ownerClient(bus);
    const accepted = client.acceptNextSession('orders');
    await client.createSender('orders').sendMessages({ body: 1, sessionId: 'late' });
    expect((await accepted).sessionId).toBe('late');
    expect(namespace.source('orders').sessions.isLocked('late')).toBe(true);
    await (await accepted).close();
    expect(namespace.source('orders').sessions.isLocked('late')).toBe(false);
  });

  it('end when their lock runs out, which renewing prevents', async () => {
    const { bus, clock, addQueue } = testNamespace();
    addQueue('orders', { requiresSession: true });
    const client = await ownerClient(bus);
    await client.createSender('orders').sendMessages({ body: 1, sessionId: 'a' });
    const session = await client.acceptSession('orders', 'a', { maxAutoLockRenewalDurationInMs: 0 });
    const [message] = await session.receiveMessages(1, { maxWaitTimeInMs: 500 });
    clock.advance(50_000);
    await session.renewSessionLock();
    clock.advance(50_000);
    await expect(client.acceptSession('orders', 'a')).rejects.toMatchObject({
      code: 'SessionCannotBeLocked',
    });
    clock.advance(20_000);
    // A round trip later the client has heard of it.
    await client.createReceiver('orders').peekMessages(1);
    if (message)
      await expect(session.completeMessage(message)).rejects.toMatchObject({ code: 'SessionLockLost' });
    expect((await client.acceptNextSession('orders')).sessionId).toBe('a');
  });
});

describe('a topic', () => {
  it('gives each subscription what its rules let pass', async () => {
    const { bus, addTopic } = testNamespace();
    addTopic('events', {
      all: undefined,
      red: { kind: 'sql', expression: "color = 'red' AND sys.Label = 'order'" },
      blue: { kind: 'correlation', filter: { properties: { color: 'blue' } } },
      broken: { kind: 'sql', expression: 'quantity / 0 = 1' },
    });
    const client = await ownerClient(bus);
    await client.createSender('events').sendMessages([
      { body: 1, subject: 'order', applicationProperties: { color: 'red' } },
      { body: 2, applicationProperties: { color: 'blue', quantity: 1 } },
    ]);
    const bodies = async (subscription: string) => {
      const receiver = client.createReceiver('events', subscription, { receiveMode: 'receiveAndDelete' });
      return (await receiver.receiveMessages(3, { maxWaitTimeInMs: 300 })).map(({ body }) => body);
    };
    expect(await bodies('all')).toEqual([1, 2]);
    expect(await bodies('red')).toEqual([1]);
    expect(await bodies('blue')).toEqual([2]);
    const dead = client.createReceiver('events', 'broken', { subQueueType: 'deadLetter' });
    expect(await dead.peekMessages(2)).toMatchObject([
      { body: 2, deadLetterReason: 'FilterEvaluationException' },
    ]);
  });
});
