/** The Service Account Credentials API: signing as a service account. https://docs.cloud.google.com/iam/docs/reference/credentials/rest */
import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import * as z from 'zod';
import { stableId } from '../../engine/stable-id.ts';
import type { WireHandler, WireResponse } from '../../engine/wire.ts';
import type { GcpRuntime } from '../service.ts';

export const credentialsHost = 'iamcredentials.googleapis.com';

interface KeyPair {
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/** The keys that Google keeps for each service account; each is made at its first use and lives as long as the run. */
export class ServiceAccountKeys {
  readonly #pairs = new Map<string, KeyPair>();

  /** RSA with SHA-256. */
  sign(email: string, bytes: Buffer): Buffer {
    return sign('sha256', bytes, this.#pair(email).privateKey);
  }

  verify(email: string, text: string, signature: Buffer): boolean {
    return verify('sha256', Buffer.from(text), this.#pair(email).publicKey, signature);
  }

  #pair(email: string): KeyPair {
    const known = this.#pairs.get(email);
    if (known) return known;
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.#pairs.set(email, pair);
    return pair;
  }
}

const SignBlobRequest = z.object({ payload: z.base64(), delegates: z.array(z.string()).max(0).optional() });

export function credentialsApi(
  runtime: Pick<GcpRuntime, 'authenticate' | 'isAllowed'>,
  keys: ServiceAccountKeys,
): WireHandler {
  return ({ method, path, headers, body }) => {
    const [, account, operation] =
      /^\/v1\/projects\/-\/serviceAccounts\/([^/:]+):(\w+)$/.exec(decodeURIComponent(path)) ?? [];
    if (method !== 'POST' || account === undefined || operation !== 'signBlob')
      return failure(501, 'UNIMPLEMENTED', `The local cloud's IAM Credentials have no ${method} ${path}.`);
    const principal = runtime.authenticate((headers.authorization ?? '').replace(/^Bearer /i, ''));
    if (!principal)
      return failure(
        401,
        'UNAUTHENTICATED',
        'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
      );
    const permission = 'iam.serviceAccounts.signBlob';
    if (!runtime.isAllowed(principal, { permission, resource: `projects/-/serviceAccounts/${account}` }))
      return failure(
        403,
        'PERMISSION_DENIED',
        `Permission '${permission}' denied on resource (or it may not exist).`,
        [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'IAM_PERMISSION_DENIED',
            domain: 'iam.googleapis.com',
            metadata: { permission },
          },
        ],
      );
    const request = SignBlobRequest.safeParse(parsed(body));
    if (!request.success)
      return failure(400, 'INVALID_ARGUMENT', `Invalid request: ${request.error.issues[0]?.message}`);
    const signedBlob = keys.sign(account, Buffer.from(request.data.payload, 'base64')).toString('base64');
    return json(200, { keyId: stableId(account, 40, '0123456789abcdef'), signedBlob });
  };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

const json = (status: number, value: object): WireResponse => ({
  status,
  headers: { 'content-type': 'application/json; charset=UTF-8' },
  body: JSON.stringify(value),
});

const failure = (code: number, status: string, message: string, details?: object[]): WireResponse =>
  json(code, { error: { code, message, status, ...(details && { details }) } });
