import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto';

/** Encodes X.509 v3 certificates: ASN.1 DER by hand, ECDSA P-256 with SHA-256. RFC 5280. */

const TAG = {
  integer: 2,
  bitString: 3,
  octetString: 4,
  oid: 6,
  utf8String: 12,
  sequence: 0x30,
  set: 0x31,
} as const;
const UTC_TIME = 0x17;
const TRUE = Buffer.from([1, 1, 0xff]);

function lengthOf(size: number): Buffer {
  if (size < 128) return Buffer.from([size]);
  const bytes: number[] = [];
  for (let rest = size; rest > 0; rest >>= 8) bytes.unshift(rest & 255);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

function element(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

const sequence = (...parts: Uint8Array[]) => element(TAG.sequence, ...parts);

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 127];
    for (let high = arc >> 7; high > 0; high >>= 7) groups.unshift((high & 127) | 128);
    bytes.push(...groups);
  }
  return element(TAG.oid, Buffer.from(bytes));
}

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const commonName = (name: string) =>
  sequence(element(TAG.set, sequence(oid('2.5.4.3'), element(TAG.utf8String, Buffer.from(name)))));
const utcTime = (atMs: number) =>
  element(UTC_TIME, Buffer.from(new Date(atMs).toISOString().replace(/^\d\d|[-:T]|\.\d+/g, '')));
const extension = (id: string, value: Buffer, critical = false) =>
  sequence(oid(id), ...(critical ? [TRUE] : []), element(TAG.octetString, value));
const keyIdentifier = (spki: Buffer) => createHash('sha1').update(spki).digest();

export interface CertificateRequest {
  /** Common name; longer than 64 characters is cut, as the name that counts is the alternative one. */
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  issuerPublicKey: KeyObject;
  issuerPrivateKey: KeyObject;
  notBeforeMs: number;
  notAfterMs: number;
  role: { kind: 'authority' } | { kind: 'server'; dnsNames: string[]; ipAddresses: string[] };
}

/** A signed certificate as PEM. */
export function certificate(request: CertificateRequest): string {
  const { role, publicKey, issuerPublicKey } = request;
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const issuerSpki = issuerPublicKey.export({ type: 'spki', format: 'der' });
  const extensions =
    role.kind === 'authority'
      ? [
          extension('2.5.29.19', sequence(TRUE), true),
          // keyCertSign and cRLSign
          extension('2.5.29.15', element(TAG.bitString, Buffer.from([1, 0b0000_0110])), true),
        ]
      : [
          extension(
            '2.5.29.17',
            sequence(
              ...role.dnsNames.map((name) => element(0x82, Buffer.from(name))),
              ...role.ipAddresses.map((address) =>
                element(0x87, Buffer.from(address.split('.').map(Number))),
              ),
            ),
          ),
          // serverAuth
          extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'))),
        ];
  const toBeSigned = sequence(
    element(0xa0, element(TAG.integer, Buffer.from([2]))),
    element(TAG.integer, Buffer.from([1]), randomBytes(15)),
    ECDSA_WITH_SHA256,
    commonName(request.issuer),
    sequence(utcTime(request.notBeforeMs), utcTime(request.notAfterMs)),
    commonName(request.subject.slice(0, 64)),
    spki,
    element(
      0xa3,
      sequence(
        ...extensions,
        extension('2.5.29.14', element(TAG.octetString, keyIdentifier(spki))),
        extension('2.5.29.35', sequence(element(0x80, keyIdentifier(issuerSpki)))),
      ),
    ),
  );
  const signature = sign('sha256', toBeSigned, request.issuerPrivateKey);
  const der = sequence(toBeSigned, ECDSA_WITH_SHA256, element(TAG.bitString, Buffer.from([0]), signature));
  const lines = der.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
