import { createPublicKey, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { TokenIssuer } from './token-issuer.ts';

const tokens = new TokenIssuer();
const nowMs = Date.UTC(2026, 0, 1);
const nowSeconds = nowMs / 1000;
const valid = { iss: 'https://issuer.example', exp: nowSeconds + 60 };

test('a token is valid for whoever has the published key', () => {
  const token = tokens.issue(valid);
  expect(tokens.check(token, nowMs)).toEqual({ valid: true, claims: valid });
  const [header, payload, signature = ''] = token.split('.');
  const key = createPublicKey({ key: tokens.publicKey(), format: 'jwk' });
  expect(
    verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')),
  ).toBe(true);
});

const unsigned = (header: object) =>
  `${[header, valid].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.x`;

test.each([
  ['expired', tokens.issue({ ...valid, exp: nowSeconds }), 'expired'],
  ['without an expiry', tokens.issue({ iss: 'x' }), 'no expiry'],
  ['not yet valid', tokens.issue({ ...valid, nbf: nowSeconds + 1 }), 'not valid yet'],
  ['issued in the future', tokens.issue({ ...valid, iat: nowSeconds + 1 }), 'future'],
  ['signed by another key', new TokenIssuer().issue(valid), 'signature'],
  ['that says it needs no signature', unsigned({ alg: 'none' }), 'RS256'],
  ['of four parts', `${tokens.issue(valid)}.x`, 'not a JSON Web Token'],
  ['of rubbish', 'a.b.c', 'not a JSON Web Token'],
])('a token %s is refused', (_what, token, reason) => {
  expect(tokens.check(token, nowMs)).toEqual({ valid: false, reason: expect.stringContaining(reason) });
});
