// How a trigger or binding finds the service that it connects to.
// https://learn.microsoft.com/azure/azure-functions/functions-reference#connections
import type { ManagedIdentity } from '../authorization/identity.ts';
import { settingOf } from './binding-expressions.ts';
import type { BoundApp } from './triggers.ts';

export type Connection =
  | { kind: 'connection-string'; value: string }
  | {
      kind: 'identity';
      /** A setting of the connection: `setting('fullyQualifiedNamespace')` is that of `<connection>__fullyQualifiedNamespace`. */
      setting(suffix: string): string | undefined;
      /** Whose rights count; `undefined` when the app has no such identity. */
      identity: ManagedIdentity | undefined;
    };

/**
 * Reads the connection that a binding names by its attribute `connection`.
 *
 * @param suffixes settings of which one must be there for an identity-based connection
 * @throws Error as the host's when the app has neither form of the connection
 */
export function connectionOf(
  app: Pick<BoundApp, 'settings' | 'identities'>,
  name: string,
  suffixes: readonly string[],
): Connection {
  // The host also looks under its own prefix, and there first.
  for (const prefix of [`AzureWebJobs${name}`, name]) {
    const value = settingOf(app.settings, prefix);
    if (value !== undefined && value !== '') return { kind: 'connection-string', value };
    const setting = (suffix: string) => settingOf(app.settings, `${prefix}__${suffix}`);
    if (!suffixes.some((suffix) => setting(suffix) !== undefined)) continue;
    return { kind: 'identity', setting, identity: identityOf(app, setting) };
  }
  const missing = suffixes.map((suffix) => `${name}__${suffix}`).join(' or ');
  throw new Error(
    `Connection "${name}" is missing or empty: the app has neither a setting ${name} nor ${missing}.`,
  );
}

/** `<connection>__credential = managedidentity` with a `clientId` names one; else it is the default credential's. */
export function identityOf(
  { settings, identities }: Pick<BoundApp, 'settings' | 'identities'>,
  setting: (suffix: string) => string | undefined,
): ManagedIdentity | undefined {
  const clientId =
    setting('credential')?.toLowerCase() === 'managedidentity'
      ? setting('clientId')
      : (setting('clientId') ?? settings.AZURE_CLIENT_ID);
  if (clientId === undefined) return identities.systemAssigned;
  return identities.userAssigned.find((identity) => identity.clientId === clientId);
}
