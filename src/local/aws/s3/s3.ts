/**
 * S3 on this machine: the REST API 2006-03-01 on buckets that live in memory and, where objects are large, in files.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html
 */
import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import type { Iam } from '../iam/iam.ts';
import { answer } from './answer.ts';
import type { Authorize } from './caller.ts';
import { isS3Host } from './request.ts';
import type { SigningSurroundings } from './signature.ts';
import { S3Store, type S3Surroundings } from './store.ts';

export interface CreateS3 extends Omit<S3Surroundings, 'attachPolicy'> {
  iam: Iam;
  /** What the outside clients sign with to whom the local cloud gives no role. */
  outsideKey: { accessKeyId: string; secretAccessKey: string };
}

export interface S3 {
  readonly store: S3Store;
  /** Whether a request is for S3, by its host, its signature, or the bucket that it names. */
  accepts(request: WireRequest): boolean;
  handle(request: WireRequest, authorize: Authorize): Promise<WireResponse>;
  /** Stops deliveries and timers. */
  close(): void;
}

/** An empty S3 of the runtime's account and region. */
export function createS3(surroundings: CreateS3): S3 {
  const { iam, runtime, outsideKey } = surroundings;
  const store = new S3Store({
    ...surroundings,
    attachPolicy: (bucketArn, document, source) =>
      iam.attachResourcePolicy(
        bucketArn,
        document,
        source ?? { address: bucketArn, file: 'PutBucketPolicy', line: 0 },
      ),
  });
  const signing = (): SigningSurroundings => ({
    nowMs: runtime.clock.now(),
    secretOf: (id) => (id === outsideKey.accessKeyId ? outsideKey.secretAccessKey : iam.secretOf(id)),
  });
  return {
    store,
    accepts(request) {
      if (isS3Host(request.host)) return true;
      const { authorization } = request.headers;
      if (authorization !== undefined) return /Credential=[^,]*\/s3\/aws4_request/.test(authorization);
      if (/X-Amz-Credential=[^&]*(?:%2F|\/)s3(?:%2F|\/)/i.test(request.query)) return true;
      const [, first = ''] = request.path.split('/', 2);
      return store.find(first) !== undefined;
    },
    handle: (request, authorize) => answer(request, { store, iam, authorize, signing: signing() }),
    close: () => store.close(),
  };
}
