import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCertificateAuthority } from './certificate-authority.ts';
import { realClock } from './clock.ts';
import { type TestBed, testBed } from './instance-test-bed.ts';

let bed: TestBed;
beforeEach(() => {
  bed = testBed();
});
afterEach(() => bed.close());

it('issues certificates that name the server and verify against the authority', () => {
  const authority = createCertificateAuthority(bed.directory, realClock);
  const root = new X509Certificate(authority.certificate);
  const leaf = new X509Certificate(
    authority.credentialsFor(['bucket.s3.amazonaws.com', '127.0.0.1']).certificate,
  );
  expect(root.ca).toBe(true);
  expect(leaf.ca).toBe(false);
  expect(leaf.checkIssued(root)).toBe(true);
  expect(leaf.verify(root.publicKey)).toBe(true);
  expect(leaf.checkHost('bucket.s3.amazonaws.com')).toBeDefined();
  expect(leaf.checkHost('other.s3.amazonaws.com')).toBeUndefined();
  expect(leaf.checkIP('127.0.0.1')).toBeDefined();
  expect(leaf.validFromDate.getTime()).toBeLessThan(Date.now());
  expect(leaf.validToDate.getTime()).toBeGreaterThan(Date.now() + 86_400_000);
});

it('keeps its key out of every file', () => {
  const authority = createCertificateAuthority(bed.directory, realClock);
  expect(readdirSync(bed.directory)).toEqual(['local-cloud-authority.pem']);
  expect(readFileSync(authority.certificateFile, 'utf8')).not.toContain('PRIVATE KEY');
  expect(statSync(authority.certificateFile).mode & 0o077).toBe(0);
});

it('answers each server name with its own certificate, also a long one', async () => {
  const authority = createCertificateAuthority(bed.directory, realClock);
  const server = createServer({ SNICallback: (name, done) => done(null, authority.contextFor(name)) });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.servicebus.windows.net`;
  for (const servername of ['kv.vault.azure.net', long, 'kv.vault.azure.net']) {
    const socket = connect({ host: '127.0.0.1', port, servername, ca: authority.certificate });
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
    socket.destroy();
  }
  expect(authority.contextFor('kv.vault.azure.net')).toBe(authority.contextFor('KV.vault.azure.net'));
  server.close();
});
