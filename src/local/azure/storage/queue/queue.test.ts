import { RestError } from '@azure/storage-queue';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountId, roles, type TestStorage, testStorage } from '../test-storage.ts';

let shop: TestStorage;
beforeEach(async () => {
  shop = await testStorage();
  await shop.queues.createQueue('orders');
});
afterEach(() => shop.close());

const orders = () => shop.queues.getQueueClient('orders');

async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof RestError) return `${error.statusCode} ${error.code}`;
    throw error;
  }
  return 'not refused';
}

describe('a message', () => {
  it('is hidden while somebody has it, and counts its deliveries', async () => {
    await orders().sendMessage('<a> & "b"');
    expect((await orders().peekMessages()).peekedMessageItems).toMatchObject([
      { messageText: '<a> & "b"', dequeueCount: 0 },
    ]);
    const { receivedMessageItems: first } = await orders().receiveMessages({ visibilityTimeout: 10 });
    expect(first).toMatchObject([{ messageText: '<a> & "b"', dequeueCount: 1 }]);
    expect((await orders().receiveMessages()).receivedMessageItems).toEqual([]);
    shop.clock.advance(10_000);
    const { receivedMessageItems: second } = await orders().receiveMessages({ numberOfMessages: 32 });
    expect(second).toMatchObject([{ dequeueCount: 2 }]);
    expect(await refusal(orders().deleteMessage(first[0]?.messageId ?? '', first[0]?.popReceipt ?? ''))).toBe(
      '404 MessageNotFound',
    );
    await orders().deleteMessage(second[0]?.messageId ?? '', second[0]?.popReceipt ?? '');
    expect((await orders().getProperties()).approximateMessagesCount).toBe(0);
  });

  it('is changed and hidden anew by its latest pop receipt, whether it was received or just sent', async () => {
    const sent = await orders().sendMessage('one');
    const updated = await orders().updateMessage(sent.messageId, sent.popReceipt, 'two', 30);
    expect((await orders().receiveMessages()).receivedMessageItems).toEqual([]);
    expect(await refusal(orders().updateMessage(sent.messageId, sent.popReceipt, 'three', 30))).toBe(
      '400 PopReceiptMismatch',
    );
    shop.clock.advance(30_000);
    const { receivedMessageItems: received } = await orders().receiveMessages({ visibilityTimeout: 5 });
    expect(received).toMatchObject([{ messageText: 'two', dequeueCount: 1 }]);
    expect(received[0]?.popReceipt).not.toBe(updated.popReceipt);
    const renewed = await orders().updateMessage(
      received[0]?.messageId ?? '',
      received[0]?.popReceipt ?? '',
      'two',
      60,
    );
    shop.clock.advance(50_000);
    expect((await orders().receiveMessages()).receivedMessageItems).toEqual([]);
    await orders().deleteMessage(received[0]?.messageId ?? '', renewed.popReceipt ?? '');
    expect((await orders().getProperties()).approximateMessagesCount).toBe(0);
  });

  it('can still be deleted after its timeout while nobody else has it', async () => {
    await orders().sendMessage('late');
    const {
      receivedMessageItems: [message],
    } = await orders().receiveMessages({ visibilityTimeout: 1 });
    shop.clock.advance(2_000);
    await orders().deleteMessage(message?.messageId ?? '', message?.popReceipt ?? '');
    expect((await orders().getProperties()).approximateMessagesCount).toBe(0);
  });

  it('comes late and goes in time', async () => {
    await orders().sendMessage('late', { visibilityTimeout: 60 });
    await orders().sendMessage('short', { messageTimeToLive: 30 });
    const { expiresOn } = await orders().sendMessage('for ever', { messageTimeToLive: -1 });
    expect(expiresOn.getUTCFullYear()).toBe(9999);
    shop.clock.advance(60_000);
    const { peekedMessageItems } = await orders().peekMessages({ numberOfMessages: 10 });
    expect(peekedMessageItems.map(({ messageText }) => messageText).sort()).toEqual(['for ever', 'late']);
    shop.clock.advance(7 * 86_400_000);
    expect((await orders().peekMessages({ numberOfMessages: 10 })).peekedMessageItems).toMatchObject([
      { messageText: 'for ever' },
    ]);
    await orders().clearMessages();
    expect((await orders().getProperties()).approximateMessagesCount).toBe(0);
    const far = await orders().sendMessage('any positive number', { messageTimeToLive: 2 ** 40 });
    expect(far.expiresOn.getUTCFullYear()).toBe(9999);
  });

  it('is within the elements that it has to be in', async () => {
    shop.assign(roles.queueSender);
    const send = async (body: string) =>
      (await shop.ask('POST', 'https://shop.queue.core.windows.net/orders/messages', { body })).code;
    expect(await send('')).toBe('InvalidXmlDocument');
    expect(await send('<QueueMessage><Text>x</Text></QueueMessage>')).toBe('MissingRequiredXmlNode');
    expect(await send('<Message><MessageText>x</MessageText></Message>')).toBe('MissingRequiredXmlNode');
  });

  it('is not larger than 64 KiB', async () => {
    expect(await refusal(orders().sendMessage('x'.repeat(64 * 1024 + 1)))).toBe('413 RequestBodyTooLarge');
    expect(await refusal(orders().receiveMessages({ numberOfMessages: 33 }))).toBe(
      '400 OutOfRangeQueryParameterValue',
    );
  });
});

describe('a queue', () => {
  it('is created once, with its metadata, and listed', async () => {
    await shop.queues.createQueue('orders');
    expect(await refusal(shop.queues.createQueue('orders', { metadata: { a: 'b' } }))).toBe(
      '409 QueueAlreadyExists',
    );
    await shop.queues.createQueue('archive', { metadata: { kind: 'old' } });
    const found: unknown[] = [];
    for await (const { name, metadata } of shop.queues.listQueues({ includeMetadata: true }))
      found.push([name, metadata]);
    expect(found).toEqual([
      ['archive', { kind: 'old' }],
      ['orders', ''],
    ]);
    const pages: number[] = [];
    for await (const { queueItems } of shop.queues.listQueues().byPage({ maxPageSize: 6000 }))
      pages.push(queueItems?.length ?? 0);
    expect(pages).toEqual([2]);
    await shop.queues.deleteQueue('archive');
    expect(await refusal(shop.queues.getQueueClient('archive').sendMessage('x'))).toBe('404 QueueNotFound');
    expect(await refusal(shop.queues.createQueue('a--b'))).toBe('400 InvalidResourceName');
  });

  it('is used by roles', async () => {
    const messages = 'https://shop.queue.core.windows.net/orders/messages';
    const body = '<QueueMessage><MessageText>a</MessageText></QueueMessage>';
    expect(await shop.ask('POST', messages, { body })).toMatchObject({
      status: 403,
      code: 'AuthorizationPermissionMismatch',
    });
    shop.assign(roles.queueSender, `${accountId}/queueServices/default/queues/orders`);
    expect(await shop.ask('POST', messages, { body })).toMatchObject({ status: 201 });
    expect(await shop.ask('GET', messages)).toMatchObject({ status: 403 });
    shop.assign(roles.queueProcessor);
    const { status, text } = await shop.ask('GET', messages);
    expect(status).toBe(200);
    const [, id] = /<MessageId>(.*?)</.exec(text) ?? [];
    const [, receipt = ''] = /<PopReceipt>(.*?)</.exec(text) ?? [];
    expect(
      await shop.ask('DELETE', `${messages}/${id}?popreceipt=${encodeURIComponent(receipt)}`),
    ).toMatchObject({ status: 204 });
    expect(shop.meter.total('storage', 'queue-class-2-operations')).toBe(5);
  });
});
