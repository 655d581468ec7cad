import { generateKeyPairSync, type JsonWebKey, type KeyObject, sign, verify } from 'node:crypto';

export type Claims = Record<string, unknown>;

export type TokenCheck = { valid: true; claims: Claims } | { valid: false; reason: string };

/**
 * Stands for the identity provider that a stack trusts but does not contain: issues RS256 tokens for any issuer
 * and checks them. The key pair is made at the first use and lives as long as the run.
 */
export class TokenIssuer {
  #keys: { privateKey: KeyObject; publicKey: KeyObject } | undefined;

  /** A signed JSON Web Token with these claims. */
  issue(claims: Claims): string {
    const signed = `${encode({ alg: 'RS256', typ: 'JWT', kid: 'local' })}.${encode(claims)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), this.#pair().privateKey).toString('base64url')}`;
  }

  /** The public key as a JSON Web Key, as an issuer publishes it at its `jwks_uri`. */
  publicKey(): JsonWebKey {
    return { ...this.#pair().publicKey.export({ format: 'jwk' }), kid: 'local', alg: 'RS256', use: 'sig' };
  }

  /** Checks signature and lifetime. Audience and issuer are the caller's to compare. */
  check(token: string, nowMs: number): TokenCheck {
    const [header = '', payload = '', signature = '', ...rest] = token.split('.');
    const head = decode(header);
    const claims = decode(payload);
    if (rest.length > 0 || !head || !claims)
      return { valid: false, reason: 'the token is not a JSON Web Token' };
    if (head.alg !== 'RS256') return { valid: false, reason: 'the token is not signed with RS256' };
    const signed = Buffer.from(`${header}.${payload}`);
    const verified = verify('sha256', signed, this.#pair().publicKey, Buffer.from(signature, 'base64url'));
    if (!verified) return { valid: false, reason: 'the signature of the token is not valid' };
    const nowSeconds = nowMs / 1000;
    if (typeof claims.exp !== 'number') return { valid: false, reason: 'the token has no expiry' };
    if (claims.exp <= nowSeconds) return { valid: false, reason: 'the token has expired' };
    if (typeof claims.nbf === 'number' && claims.nbf > nowSeconds) {
      return { valid: false, reason: 'the token is not valid yet' };
    }
    if (typeof claims.iat === 'number' && claims.iat > nowSeconds) {
      return { valid: false, reason: 'the token was issued in the future' };
    }
    return { valid: true, claims };
  }

  #pair() {
    this.#keys ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
    return this.#keys;
  }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function decode(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}
