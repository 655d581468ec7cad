import type { AddressInfo } from 'node:net';
import rhea, { type Connection, type EventContext } from 'rhea';
import type { CertificateAuthority } from '../../../engine/certificate-authority.ts';
import type { AzureRuntime } from '../../service.ts';
import type { Caller, Namespace } from '../namespace.ts';
import { ClientConnection } from './client-connection.ts';

export interface ListenOptions {
  runtime: Pick<AzureRuntime, 'clock' | 'course'>;
  /** The namespace that a client means by the host name that it opens its connection to. */
  namespaceOf(hostName: string): Namespace | undefined;
  /** Without it the listener speaks plain AMQP. */
  authority?: CertificateAuthority;
  /** Who everybody is that comes this way. */
  everybody?: Caller;
}

export interface AmqpListener {
  port: number;
  close(): Promise<void>;
}

/** Messages on a link under way at a time; a client that waits for the settlement of more waits. */
const creditWindow = 500;
/** What no sender link takes; each entity has a limit of its own below. */
const maximumTransferBytes = 100 * 1024 * 1024;
/** Locked messages that a client may have from one connection. */
const outgoingDeliveries = 1 << 16;

/** Listens for AMQP on 127.0.0.1, on a free port. */
export async function listen(options: ListenOptions): Promise<AmqpListener> {
  const { runtime, namespaceOf, authority, everybody } = options;
  const container = rhea.create_container({
    id: 'service-bus',
    receiver_options: {
      autoaccept: false,
      credit_window: creditWindow,
      max_message_size: maximumTransferBytes,
    },
    sender_options: { treat_modified_as_released: false },
  });
  container.sasl_server_mechanisms.enable_anonymous();
  // Clients that will put a token say so by this mechanism; it asks for nothing.
  container.sasl_server_mechanisms.MSSBCBS = () => ({ outcome: undefined, start: admit, step: admit });
  const open = new Set<Connection>();
  container.on('connection_open', ({ connection }: EventContext) => {
    const namespace = namespaceOf(hostOf(connection));
    if (!namespace) {
      const description = `There is no Service Bus namespace '${hostOf(connection)}' in this stack.`;
      connection.close({ condition: 'amqp:not-found', description });
      return;
    }
    open.add(connection);
    connection.on('disconnected', () => open.delete(connection));
    new ClientConnection(connection, { runtime, namespace, ...(everybody && { everybody }) });
  });
  for (const event of ['disconnected', 'connection_close', 'error', 'protocol_error'])
    container.on(event, () => undefined);
  const common = {
    host: '127.0.0.1',
    port: 0,
    noDelay: true,
    session_buffer_size: { incoming: 2048, outgoing: outgoingDeliveries },
  };
  const server = authority
    ? container.listen({
        ...common,
        transport: 'tls',
        SNICallback: (name: string, done) => done(null, authority.contextFor(name)),
      })
    : container.listen(common);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const connection of open) connection.close();
      return new Promise((resolve) => {
        server.close(() => resolve());
        // Clients that do not answer are cut off.
        setImmediate(() => {
          for (const connection of open) socketOf(connection)?.destroy();
        });
      });
    },
  };
}

function admit(this: { outcome: boolean | undefined }): void {
  this.outcome = true;
}

const hostOf = (connection: Connection): string => connection.hostname?.toLowerCase() ?? '';

interface Destroyable {
  destroy(): void;
}

const socketOf = (connection: Connection): Destroyable | undefined =>
  'socket' in connection ? (connection.socket as Destroyable) : undefined;
