import { ServiceBusClient } from '@azure/service-bus';
import { RedriveError } from '../redrive-error.ts';
import { type EntityPath, namespaceOf } from './entity-path.ts';

/** A client of one namespace, and whose it is. */
export interface Access {
  client: ServiceBusClient;
  /** A further client, which peeks from the start: all receivers of one client go on where the last has ended. */
  connect(): ServiceBusClient;
  identity(): Promise<string | undefined>;
  /** How long to wait for a message before the queue counts as empty. */
  idleWaitMs: number;
}

/** @throws RedriveError when the running stack has no namespace */
export function localAccess({
  SERVICEBUS_CONNECTION_STRING: connection,
}: Readonly<Record<string, string>>): Access {
  if (connection === undefined) throw new RedriveError('The running stack has no Service Bus namespace.');
  const connect = () =>
    new ServiceBusClient(connection, { retryOptions: { maxRetries: 0, timeoutInMs: 10_000 } });
  return {
    client: connect(),
    connect,
    identity: async () => undefined,
    idleWaitMs: 500,
  };
}

const scope = 'https://servicebus.azure.net/.default';

/** With the credentials that `DefaultAzureCredential` finds: environment, managed identity, `az login`. */
export async function accountAccess(text: string, entity: EntityPath): Promise<Access> {
  const { DefaultAzureCredential } = await import('@azure/identity');
  const credential = new DefaultAzureCredential();
  const host = `${namespaceOf(text, entity)}.servicebus.windows.net`;
  const connect = () => new ServiceBusClient(host, credential);
  return {
    client: connect(),
    connect,
    async identity() {
      const { token } = await credential.getToken(scope);
      return principalOf(token);
    },
    idleWaitMs: 5000,
  };
}

/** Who an access token is for: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference */
function principalOf(token: string): string | undefined {
  try {
    const claims: Record<string, unknown> = JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
    );
    const found = [claims.upn, claims.unique_name, claims.appid, claims.oid].find(
      (one) => typeof one === 'string',
    );
    return typeof found === 'string' ? found : undefined;
  } catch {
    return undefined;
  }
}
