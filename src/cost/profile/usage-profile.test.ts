import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { quantityAt, readProfile, type UsageProfile, writeProfile } from './usage-profile.ts';

const directory = mkdtempSync(path.join(os.tmpdir(), 'profile-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const profile: UsageProfile = {
  pattern: '01-test',
  cloud: 'aws',
  transaction: 'One',
  payloadKb: [1, 2, 4],
  cpuMs: 3,
  functions: [{ function: 'f', invocations: 1, calls: { dynamodb: 1.5 } }],
  messages: {},
  uses: [{ service: 's3', unit: 'put-requests', quantity: [1, 2, 8] }],
  customMetrics: 0,
};

test.each([
  [1, 1],
  [1.5, 1.5],
  [3, 5],
  [4, 8],
  [6, 14],
  [0.5, 0.5],
  [0, 0],
])('at %d KB it is %d', (payloadKb, expected) => {
  expect(quantityAt([1, 2, 8], [1, 2, 4], payloadKb)).toBeCloseTo(expected, 9);
});

test('what does not depend on the payload is the same at every size', () => {
  expect(quantityAt(3, [1, 2], 100)).toBe(3);
});

test('a profile that was written is read again', () => {
  const file = path.join(directory, 'cost', 'aws.json');
  writeProfile(file, profile);
  expect(readProfile(file)).toEqual(profile);
  expect(readFileSync(file, 'utf8')).toContain('"quantity": [1, 2, 8]');
});

test('what is wrong with a profile is said with its place', () => {
  const file = path.join(directory, 'wrong.json');
  writeFileSync(file, JSON.stringify({ ...profile, cloud: 'ibm' }));
  expect(() => readProfile(file)).toThrow(/wrong\.json is not a usage profile:\n {2}cloud/);
  writeFileSync(file, JSON.stringify({ ...profile, payloadKb: [1] }));
  expect(() => readProfile(file)).toThrow('has 1 payload sizes, but a quantity with 3 values');
  writeFileSync(file, '{');
  expect(() => readProfile(file)).toThrow('is not JSON');
  expect(readProfile(path.join(directory, 'none.json'))).toBeUndefined();
});
