import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Clock } from './clock.ts';
import { certificate } from './x509.ts';

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 30;
const MAXIMUM_CONTEXTS = 2_000;

/**
 * Vouches for production host names towards the functions of one run, and towards nobody else.
 *
 * Its private key exists in this process's memory only and dies with it; making it takes about a millisecond, so
 * there is nothing to gain from keeping it, and nothing that somebody could sign with if a user trusts the
 * certificate and forgets about it. The only file is the public certificate, for `NODE_EXTRA_CA_CERTS`.
 */
export interface CertificateAuthority {
  /** PEM */
  readonly certificate: string;
  /** Where the certificate is written. */
  readonly certificateFile: string;
  /** Key and certificate for one server name; made on first use. Without a name: for the loopback addresses. */
  contextFor(serverName: string | undefined): SecureContext;
  /** The same as PEM, for servers that want text (gRPC). */
  credentialsFor(serverNames: string[]): { key: string; certificate: string };
}

/**
 * @param directory where the certificate is written
 * @param wallClock real time: TLS libraries check validity against the machine's own clock
 */
export function createCertificateAuthority(directory: string, wallClock: Clock): CertificateAuthority {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const leaf = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const leafKey = leaf.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const nowMs = wallClock.now();
  const issuer = `Local cloud ${Math.floor(nowMs)}`;
  const common = {
    issuer,
    issuerPublicKey: authority.publicKey,
    issuerPrivateKey: authority.privateKey,
    notBeforeMs: nowMs - DAY_MS,
    notAfterMs: nowMs + AUTHORITY_DAYS * DAY_MS,
  };
  const pem = certificate({
    ...common,
    subject: issuer,
    publicKey: authority.publicKey,
    role: { kind: 'authority' },
  });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const certificateFile = join(directory, 'local-cloud-authority.pem');
  writeFileSync(certificateFile, pem, { mode: 0o600 });

  const credentialsFor = (serverNames: string[]) => ({
    key: leafKey,
    certificate: certificate({
      ...common,
      subject: serverNames[0] ?? 'localhost',
      publicKey: leaf.publicKey,
      role: {
        kind: 'server',
        dnsNames: serverNames.filter((name) => !isIPv4(name)),
        ipAddresses: serverNames.filter((name) => isIPv4(name)),
      },
    }),
  });
  const contexts = new Map<string, SecureContext>();
  return {
    certificate: pem,
    certificateFile,
    credentialsFor,
    contextFor(serverName) {
      const name = serverName?.toLowerCase() ?? '';
      const known = contexts.get(name);
      if (known) return known;
      const { key, certificate: cert } = credentialsFor(name === '' ? ['localhost', '127.0.0.1'] : [name]);
      const context = createSecureContext({ key, cert });
      const [oldest] = contexts.keys();
      if (contexts.size >= MAXIMUM_CONTEXTS && oldest !== undefined) contexts.delete(oldest);
      contexts.set(name, context);
      return context;
    },
  };
}
