import net from 'node:net';
import rhea, { type Connection, type EventContext, type Sender } from 'rhea';
import { expect, it, onTestFinished } from 'vitest';
import { ownerClient, testNamespace } from '../test-namespace.ts';

async function start() {
  const { bus, addQueue } = testNamespace();
  addQueue('orders');
  const [endpoint] = await bus.listenForOwner();
  const connection = endpoint?.environment.SERVICEBUS_CONNECTION_STRING ?? '';
  const port = Number(/sb:\/\/127\.0\.0\.1:(\d+)/.exec(connection)?.[1]);
  /** What shows that the listener is as good as before. */
  const works = async () => {
    const client = await ownerClient(bus);
    await client.createSender('orders').sendMessages({ body: 'after' });
    const [message] = await client.createReceiver('orders').receiveMessages(1, { maxWaitTimeInMs: 2000 });
    expect(message?.body).toBe('after');
  };
  return { port, works };
}

function connect(port: number): Connection {
  const container = rhea.create_container();
  for (const event of ['error', 'connection_error', 'connection_close', 'disconnected'])
    container.on(event, () => undefined);
  const connection = container.connect({ host: '127.0.0.1', port, reconnect: false });
  onTestFinished(() => connection.close());
  return connection;
}

async function sender(port: number): Promise<Sender> {
  const link = connect(port).open_sender({ target: { address: 'orders' } });
  link.on('sender_error', () => undefined);
  await new Promise((resolve) => link.once('sendable', resolve));
  return link;
}

const header = Buffer.from('AMQP\u0000\u0001\u0000\u0000', 'latin1');

it.each([
  ['what is no AMQP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a frame whose size is absurd', Buffer.concat([header, Buffer.from('0000000401000000', 'hex')])],
  ['a frame of an unknown type', Buffer.concat([header, Buffer.from('0000000802090000', 'hex')])],
  [
    'a performative that cannot be read',
    Buffer.concat([header, Buffer.from('0000000c020000000053ffff', 'hex')]),
  ],
])('%s ends its connection and nothing else', async (_what, bytes) => {
  const { port, works } = await start();
  const socket = net.connect(port, '127.0.0.1');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined).resume();
  socket.write(bytes);
  await closed;
  await works();
});

it('a transfer that is no message closes the connection with amqp:decode-error', async () => {
  const { port, works } = await start();
  const link = await sender(port);
  const closed = new Promise<EventContext>((resolve) => link.connection.once('connection_error', resolve));
  link.send(Buffer.from('005375ffffffffff', 'hex'), undefined, 0);
  expect((await closed).connection.error).toMatchObject({ condition: 'amqp:decode-error' });
  await works();
});

it('a batch that holds something else closes its link with amqp:decode-error', async () => {
  const { port, works } = await start();
  const link = await sender(port);
  const closed = new Promise<EventContext>((resolve) => link.once('sender_error', resolve));
  link.send(
    rhea.message.encode({ body: rhea.message.data_section(Buffer.from('005375ffffffffff', 'hex')) }),
    undefined,
    0x80013700,
  );
  expect((await closed).sender?.error).toMatchObject({ condition: 'amqp:decode-error' });
  await works();
});
