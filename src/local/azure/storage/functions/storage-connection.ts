// How triggers and bindings reach a storage account.
// https://learn.microsoft.com/azure/azure-functions/functions-reference#connections
import { connectionOf } from '../../functions/connection.ts';
import type { BoundApp } from '../../functions/triggers.ts';
import type { AzureAccessRequest, AzurePrincipal, AzureRuntime } from '../../service.ts';
import type { StoragePermission } from '../caller.ts';
import type { StorageAccount, StorageAccounts } from '../storage-accounts.ts';

export interface StorageConnection {
  account: StorageAccount;
  principal: AzurePrincipal;
}

/** The host's own storage, which a binding without a connection uses. */
export const hostConnection = 'AzureWebJobsStorage';

/** @throws Error that says what the app's settings or the stack lack */
export function storageConnection(
  app: Pick<BoundApp, 'settings' | 'identities' | 'name'>,
  storage: StorageAccounts,
  name: string,
  service: 'blob' | 'queue',
): StorageConnection {
  const uriSetting = `${service}ServiceUri`;
  const connection = connectionOf(app, name, [uriSetting, 'serviceUri', 'accountName']);
  if (connection.kind === 'connection-string') {
    const [, accountName = ''] = /(?:^|;)AccountName=([^;]+)/i.exec(connection.value) ?? [];
    const account = find(storage, accountName, name);
    if (!account.definition.sharedKeyEnabled)
      throw new Error(
        `Connection "${name}" has a key, and the storage account ${accountName} takes none: Key based authentication is not permitted on this storage account.`,
      );
    return { account, principal: { kind: 'owner' } };
  }
  const { setting, identity } = connection;
  const uri = setting(uriSetting) ?? setting('serviceUri');
  const accountName = uri === undefined ? (setting('accountName') ?? '') : accountOf(uri, service, name);
  const account = find(storage, accountName, name);
  if (!identity)
    throw new Error(`Connection "${name}" is by identity, and ${app.name} has no such managed identity.`);
  return { account, principal: { kind: 'identity', objectId: identity.principalId } };
}

function accountOf(uri: string, service: string, name: string): string {
  const host = URL.canParse(uri) ? new URL(uri).hostname : '';
  const suffix = `.${service}.core.windows.net`;
  if (!host.endsWith(suffix))
    throw new Error(`Connection "${name}": ${uri} is not a https://<account>${suffix}.`);
  return host.slice(0, -suffix.length);
}

function find(storage: StorageAccounts, accountName: string, name: string): StorageAccount {
  const account = storage.account(accountName);
  if (!account)
    throw new Error(`Connection "${name}": there is no storage account '${accountName}' in this stack.`);
  return account;
}

/** The rights that the caller lacks at `scope`, in words; `undefined` when it may do this. */
export function missingRight(
  runtime: AzureRuntime,
  principal: AzurePrincipal,
  { anyOf }: StoragePermission,
  scope: string,
): string | undefined {
  const may = (right: Pick<AzureAccessRequest, 'kind' | 'action'>) =>
    runtime.isAllowed(principal, { ...right, scope });
  if (anyOf.some((rights) => rights.every(may))) return undefined;
  return `${anyOf.map((rights) => rights.map(({ action }) => action).join(' and ')).join(' or ')} on ${scope}`;
}
