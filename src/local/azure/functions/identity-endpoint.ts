import type { Clock } from '../../engine/clock.ts';
import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import type { ManagedIdentity } from '../authorization/identity.ts';

/** Where App Service on Linux answers requests for tokens; instances reach it like any other host of the cloud. */
export const IDENTITY_HOST = '169.254.129.2';
export const IDENTITY_PORT = 8081;
export const IDENTITY_ENDPOINT = `http://${IDENTITY_HOST}:${IDENTITY_PORT}/msi/token`;

/** The identities that an app may use. */
export interface AppIdentities {
  systemAssigned?: ManagedIdentity;
  userAssigned: ManagedIdentity[];
}

export interface IdentityEndpointSurroundings {
  clock: Clock;
  /** The app whose secret a request shows. */
  appOf(identityHeader: string): AppIdentities | undefined;
  issueToken(objectId: string, audience: string): string;
}

/** What a token that Entra ID issues to a managed identity lives. */
const lifetimeSeconds = 86_400;

/**
 * Answers `IDENTITY_ENDPOINT` of function apps.
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export function identityEndpoint({ clock, appOf, issueToken }: IdentityEndpointSurroundings) {
  return (request: WireRequest): WireResponse => {
    if (request.path !== '/msi/token') return failed(404, `There is nothing at ${request.path}.`);
    const secret = request.headers['x-identity-header'];
    const app = typeof secret === 'string' ? appOf(secret) : undefined;
    if (!app) return failed(401, 'The X-IDENTITY-HEADER of the request is missing or wrong.');
    const query = new URLSearchParams(request.query);
    const resource = query.get('resource');
    if (!resource) return failed(400, 'The parameter resource is missing.');
    const identity = chosen(app, query);
    if (typeof identity === 'string') return failed(400, identity);
    return answer(200, {
      access_token: issueToken(identity.principalId, resource),
      client_id: identity.clientId,
      expires_on: String(Math.floor(clock.now() / 1000) + lifetimeSeconds),
      not_before: String(Math.floor(clock.now() / 1000)),
      resource,
      token_type: 'Bearer',
    });
  };
}

/** The identity that the query names, the system-assigned one when it names none; or the platform's complaint. */
function chosen(app: AppIdentities, query: URLSearchParams): ManagedIdentity | string {
  const clientId = query.get('client_id');
  const principalId = query.get('principal_id') ?? query.get('object_id');
  const wantedId = query.get('mi_res_id')?.toLowerCase();
  if (clientId === null && principalId === null && wantedId === undefined) {
    return app.systemAssigned ?? 'Unable to load the proper Managed Identity.';
  }
  const found = app.userAssigned.find(
    (identity) =>
      identity.clientId === clientId ||
      identity.principalId === principalId ||
      identity.resourceId.toLowerCase() === wantedId,
  );
  return (
    found ??
    'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.'
  );
}

const failed = (statusCode: number, message: string) => answer(statusCode, { statusCode, message });

const answer = (status: number, body: object): WireResponse => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
});
