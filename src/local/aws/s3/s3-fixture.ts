/** An S3 on a virtual clock behind a real port, for tests through the vendor's SDK. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { type VirtualClock, virtualClock } from '../../engine/clock.ts';
import { type Course, quietCourse } from '../../engine/course.ts';
import { Meter } from '../../engine/meter.ts';
import { seededRandom } from '../../engine/random.ts';
import { startWireServer } from '../../engine/wire-server.ts';
import { Destinations } from '../destinations.ts';
import { Iam } from '../iam/iam.ts';
import { AwsError } from '../service.ts';
import type { ServiceEvent } from './event.ts';
import { createS3, type S3 } from './s3.ts';

const accountId = '123456789012';
const source = { address: 'test', file: 'test.tf', line: 1 };

export interface S3Fixture {
  s3: S3;
  iam: Iam;
  clock: VirtualClock;
  course: Course;
  meter: Meter;
  /** Messages that queues, topics and functions have got. */
  told: { arn: string; message: unknown }[];
  /** Events that the default bus has got. */
  busEvents: ServiceEvent[];
  warnings: string[];
  /** `http://127.0.0.1:4711` */
  endpoint: string;
  /** As the account's administrator. */
  client: S3Client;
  clientWith(options: S3ClientConfig): S3Client;
  /** As a role with these statements as its policy. */
  clientOf(statements: object[]): S3Client;
  /** Makes a queue, topic or function exist that lets S3 in. */
  destination(arn: string): string;
  /** Makes deliveries to an ARN fail. */
  failing: Set<string>;
  /** Lets everything come to rest, and then some time pass. */
  pass(ms?: number): Promise<void>;
  close(): Promise<void>;
}

const actions = { sqs: 'sqs:SendMessage', sns: 'sns:Publish', lambda: 'lambda:InvokeFunction' };

export async function s3Fixture(options: Partial<Pick<Course, 'faults'>> = {}): Promise<S3Fixture> {
  // Clients sign with the time of this machine.
  const clock = virtualClock(Date.now());
  const course = { ...quietCourse(), ...options };
  const meter = new Meter();
  const runtime = {
    accountId,
    region: 'us-east-1',
    partition: 'aws',
    clock,
    meter,
    course,
    random: seededRandom(5),
  };
  const iam = new Iam(runtime);
  const destinations = new Destinations(runtime, iam);
  const told: S3Fixture['told'] = [];
  const existing = new Set<string>();
  const failing = new Set<string>();
  for (const [service, action] of Object.entries(actions))
    destinations.register(service, {
      action,
      find(arn) {
        if (!existing.has(arn)) throw new AwsError('NotFound', `There is no ${arn}`, 404);
      },
      take(arn, { body }) {
        if (failing.has(arn)) throw new AwsError('ServiceUnavailable', 'not now', 503);
        told.push({ arn, message: JSON.parse(body) });
      },
    });
  const busEvents: ServiceEvent[] = [];
  const warnings: string[] = [];
  const spillDirectory = mkdtempSync(path.join(tmpdir(), 's3-'));
  const s3 = createS3({
    runtime,
    iam,
    destinations,
    putServiceEvent: (event) => busEvents.push(event),
    outsideKey: { accessKeyId: 'local', secretAccessKey: 'local' },
    spillDirectory,
    warn: (text) => warnings.push(text),
  });
  const server = await startWireServer({
    plainPort: 0,
    maximumBodyBytes: 64 * 1024 * 1024,
    route: () => (request) => s3.handle(request, (principal, requests) => iam.authorize(principal, requests)),
    onError: (error) => {
      throw error;
    },
  });
  const endpoint = `http://127.0.0.1:${server.plainPort}`;
  const clients: S3Client[] = [];
  const clientWith = (config: S3ClientConfig) => {
    const client = new S3Client({
      endpoint,
      region: runtime.region,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
      ...config,
    });
    clients.push(client);
    return client;
  };
  const settled = async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  let roles = 0;
  return {
    s3,
    iam,
    clock,
    course,
    meter,
    told,
    busEvents,
    warnings,
    endpoint,
    client: clientWith({}),
    clientWith,
    clientOf(statements) {
      const name = `role-${roles++}`;
      const arn = `arn:aws:iam::${accountId}:role/${name}`;
      const trustPolicy = policyOf([
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ]);
      iam.addRole({
        arn,
        name,
        uniqueId: `AROA${name}`,
        trustPolicy,
        maxSessionDurationSeconds: 3600,
        tags: {},
        source,
      });
      iam.putRolePolicy(name, 'own', policyOf(statements), source);
      return clientWith({ credentials: iam.issueCredentials(arn, 'session') });
    },
    destination(arn) {
      existing.add(arn);
      const action = Object.entries(actions).find(([service]) => arn.split(':')[2] === service)?.[1];
      iam.attachResourcePolicy(
        arn,
        policyOf([
          { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: action, Resource: arn },
        ]),
        source,
      );
      return arn;
    },
    failing,
    async pass(ms = 0) {
      await settled();
      clock.advance(ms);
      await settled();
    },
    async close() {
      for (const client of clients) client.destroy();
      s3.close();
      await server.close();
      rmSync(spillDirectory, { recursive: true, force: true });
    },
  };
}

/** A policy document of these statements. */
export const policyOf = (Statement: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });

/** What a call failed with: `NoSuchKey 404: The specified key does not exist.` */
export const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing failed',
    (error: Error & { $metadata?: { httpStatusCode?: number } }) =>
      `${error.name} ${error.$metadata?.httpStatusCode}: ${error.message}`,
  );
