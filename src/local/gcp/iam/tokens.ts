// Access tokens and ID tokens of service accounts.
// https://docs.cloud.google.com/docs/authentication/token-types
import { createHash } from 'node:crypto';
import type { Clock } from '../../engine/clock.ts';
import type { Random } from '../../engine/random.ts';

/** Both kinds live one hour. */
const lifetimeSeconds = 3600;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

interface Issued {
  email: string;
  expiresAtMs: number;
}

/** The numeric id of a service account, the same for the same email. */
export function uniqueIdOf(email: string): string {
  const number = BigInt(`0x${createHash('sha256').update(email).digest('hex')}`);
  return `1${number.toString().slice(0, 20)}`;
}

/** Google's token service: a token is valid when it was issued here and has not expired. */
export class TokenIssuer {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #access = new Map<string, Issued & { scopes: readonly string[] }>();
  readonly #identity = new Map<string, Issued & { audience: string }>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** An opaque access token. */
  issueAccessToken(email: string, scopes: readonly string[]): string {
    this.#forgetExpired(this.#access);
    const token = `ya29.c.${this.#random.text(180, alphabet)}`;
    this.#access.set(token, { email, scopes, expiresAtMs: this.#expiryMs() });
    return token;
  }

  /** An ID token for `audience`, as the metadata server gives it with `format=full` left out; unsigned. */
  issueIdToken(email: string, audience: string): string {
    this.#forgetExpired(this.#identity);
    const expiresAtMs = this.#expiryMs();
    const id = uniqueIdOf(email);
    const claims = {
      aud: audience,
      azp: id,
      email,
      email_verified: true,
      exp: expiresAtMs / 1000,
      iat: expiresAtMs / 1000 - lifetimeSeconds,
      iss: 'https://accounts.google.com',
      sub: id,
      jti: this.#random.text(40),
    };
    const token = `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`;
    this.#identity.set(token, { email, audience, expiresAtMs });
    return token;
  }

  /** The service account behind an access token. */
  accessTokenEmail(token: string): string | undefined {
    return this.#valid(this.#access.get(token))?.email;
  }

  /** The OAuth scopes of an access token. */
  scopesOf(token: string): readonly string[] | undefined {
    return this.#valid(this.#access.get(token))?.scopes;
  }

  /** The service account behind an ID token that was made for `audience`. */
  idTokenEmail(token: string, audience: string): string | undefined {
    const issued = this.#valid(this.#identity.get(token));
    return issued?.audience === audience ? issued.email : undefined;
  }

  #valid<Token extends Issued>(issued: Token | undefined): Token | undefined {
    return issued && issued.expiresAtMs > this.#clock.now() ? issued : undefined;
  }

  #expiryMs(): number {
    return (Math.floor(this.#clock.now() / 1000) + lifetimeSeconds) * 1000;
  }

  #forgetExpired(tokens: Map<string, Issued>): void {
    const nowMs = this.#clock.now();
    for (const [token, { expiresAtMs }] of tokens) if (expiresAtMs <= nowMs) tokens.delete(token);
  }
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
