import type { Clock } from '../engine/clock.ts';
import type { WireHandler, WireResponse } from '../engine/wire.ts';
import type { GcpScope } from './service.ts';

/** Who and where an instance is. */
export interface InstanceMetadata {
  scope: GcpScope;
  /** Of the service account that it runs as. */
  email: string;
  /** The same for all instances of the service: they ask the same server. */
  instanceId: string;
}

export interface MetadataTokens {
  clock: Clock;
  issueToken(email: string, scopes: readonly string[]): string;
  issueIdToken(email: string, audience: string): string;
}

/** What every service account of Cloud Run may be used for; IAM decides. */
const defaultScopes = ['https://www.googleapis.com/auth/cloud-platform'];
const tokenLifetimeMs = 3_600_000;
/** A token that is valid for less is replaced. */
const renewBeforeMs = 300_000;

/**
 * The metadata server of one service's instances: how code inside learns the project, and gets tokens of the service
 * account that Terraform gave the service.
 * https://docs.cloud.google.com/run/docs/container-contract#metadata-server
 */
export function metadataServer(metadata: InstanceMetadata, tokens: MetadataTokens): WireHandler {
  const cached = new Map<string, { token: string; expiresAtMs: number }>();

  const tokenFor = (key: string, issue: () => string) => {
    const nowMs = tokens.clock.now();
    const known = cached.get(key);
    if (known && known.expiresAtMs - nowMs > renewBeforeMs) return known;
    const fresh = { token: issue(), expiresAtMs: nowMs + tokenLifetimeMs };
    cached.set(key, fresh);
    return fresh;
  };

  const serviceAccount = (query: URLSearchParams): Record<string, () => WireResponse> => ({
    aliases: () => text('default'),
    email: () => text(metadata.email),
    scopes: () => text(`${defaultScopes.join('\n')}\n`),
    token() {
      const scopes = query.get('scopes')?.split(',') ?? defaultScopes;
      const { token, expiresAtMs } = tokenFor(`access ${scopes.join()}`, () =>
        tokens.issueToken(metadata.email, scopes),
      );
      const expiresInSeconds = Math.floor((expiresAtMs - tokens.clock.now()) / 1000);
      return json({ access_token: token, expires_in: expiresInSeconds, token_type: 'Bearer' });
    },
    identity() {
      const audience = query.get('audience');
      if (!audience) return failure(400, 'non-empty audience parameter required');
      return text(tokenFor(`id ${audience}`, () => tokens.issueIdToken(metadata.email, audience)).token);
    },
  });

  const { projectId, projectNumber, region } = metadata.scope;
  const values: Record<string, string> = {
    'project/project-id': projectId,
    'project/numeric-project-id': projectNumber,
    'instance/id': metadata.instanceId,
    'instance/region': `projects/${projectNumber}/regions/${region}`,
    'instance/zone': `projects/${projectNumber}/zones/${region}-1`,
    'universe/universe-domain': 'googleapis.com',
  };
  const folders: Record<string, string[]> = {
    '': ['instance/', 'project/', 'universe/'],
    instance: ['id', 'region', 'service-accounts/', 'zone'],
    'instance/service-accounts': ['default/', `${metadata.email}/`],
    project: ['numeric-project-id', 'project-id'],
    universe: ['universe-domain'],
  };

  return (request) => {
    if (request.headers['metadata-flavor'] !== 'Google')
      return failure(403, 'Missing required header "Metadata-Flavor": "Google"');
    if (request.headers['x-forwarded-for'] !== undefined)
      return failure(403, 'Requests with an X-Forwarded-For header are not answered');
    const [, rest] = /^\/computeMetadata\/v1(?:\/|$)(.*)$/.exec(request.path) ?? [];
    if (rest === undefined) return failure(404, `There is no ${request.path}`);
    const key = decodeURIComponent(rest).replace(/\/$/, '');
    const value = values[key];
    if (value !== undefined) return text(value);
    const folder = folders[key];
    if (folder) return text(`${folder.join('\n')}\n`);

    const [, account, item] = /^instance\/service-accounts\/([^/]+)(?:\/([^/]+))?$/.exec(key) ?? [];
    if (account !== 'default' && account !== metadata.email)
      return failure(404, `There is no ${request.path}`);
    const query = new URLSearchParams(request.query);
    const items = serviceAccount(query);
    if (item !== undefined) {
      const answer = Object.hasOwn(items, item) ? items[item] : undefined;
      return answer?.() ?? failure(404, `There is no ${request.path}`);
    }
    if (query.get('recursive') === 'true')
      return json({ aliases: ['default'], email: metadata.email, scopes: defaultScopes });
    return text(`${Object.keys(items).sort().join('\n')}\n`);
  };
}

const headers = { 'metadata-flavor': 'Google', server: 'Metadata Server for Serverless' };

const text = (body: string): WireResponse => ({
  status: 200,
  headers: { ...headers, 'content-type': 'application/text' },
  body,
});

const json = (body: object): WireResponse => ({
  status: 200,
  headers: { ...headers, 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const failure = (status: number, message: string): WireResponse => ({
  status,
  headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' },
  body: `${message}\n`,
});
