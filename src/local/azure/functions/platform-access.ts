// What the platform itself does in the name of an app's identity, and which roles that takes.
import type { ManagedIdentity } from '../authorization/identity.ts';
import type { Component } from '../monitor/application-insights.ts';
import type { AzureAccessRequest, AzureRuntime } from '../service.ts';
import { containerScope } from '../storage/storage-accounts.ts';

export type Access = { granted: true } | { granted: false; missing: string };

const container = 'Microsoft.Storage/storageAccounts/blobServices/containers';
/** Where the host keeps its keys and its locks. */
const hostContainers = ['azure-webjobs-secrets', 'azure-webjobs-hosts'];

/** https://learn.microsoft.com/azure/azure-functions/flex-consumption-how-to#configure-deployment-settings */
export function loadPackage(runtime: AzureRuntime, identity: ManagedIdentity, containerId: string): Access {
  return may(runtime, identity, [
    { kind: 'dataAction', action: `${container}/blobs/read`, scope: containerId },
  ]);
}

/** https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity */
export function useHostStorage(runtime: AzureRuntime, identity: ManagedIdentity, accountId: string): Access {
  return may(
    runtime,
    identity,
    hostContainers.flatMap((name): AzureAccessRequest[] => {
      const scope = containerScope(accountId, name);
      return [
        { kind: 'action', action: `${container}/write`, scope },
        { kind: 'dataAction', action: `${container}/blobs/read`, scope },
        { kind: 'dataAction', action: `${container}/blobs/write`, scope },
      ];
    }),
  );
}

/** https://learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication */
export function sendTelemetry(
  runtime: AzureRuntime,
  identity: ManagedIdentity | undefined,
  component: Component,
): Access {
  if (component.localAuthenticationEnabled) return { granted: true };
  if (!identity)
    return {
      granted: false,
      missing: `${component.name} takes telemetry from identities only, and APPLICATIONINSIGHTS_AUTHENTICATION_STRING names none of the app's`,
    };
  return may(runtime, identity, [
    { kind: 'dataAction', action: 'Microsoft.Insights/Telemetry/Write', scope: component.id },
  ]);
}

function may(
  runtime: AzureRuntime,
  { principalId, resourceId }: ManagedIdentity,
  requests: AzureAccessRequest[],
): Access {
  for (const request of requests) {
    if (runtime.isAllowed({ kind: 'identity', objectId: principalId }, request)) continue;
    return { granted: false, missing: `${resourceId} may not ${request.action} on ${request.scope}` };
  }
  return { granted: true };
}
