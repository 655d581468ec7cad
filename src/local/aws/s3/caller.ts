import type { Iam } from '../iam/iam.ts';
import type { AccessRequest, AwsPrincipal } from '../service.ts';
import type { S3Bucket } from './bucket.ts';
import { accessDenied, s3Error } from './errors.ts';
import type { S3Call } from './operation.ts';
import type { S3Request } from './request.ts';
import { checkPresigned, type SigningSurroundings } from './signature.ts';
import type { S3Store } from './store.ts';

/** @throws AwsError when a call is not granted, or a fault lets it fail */
export type Authorize = (principal: AwsPrincipal, requests: readonly AccessRequest[]) => void;

/** What every request is answered with. */
export interface S3Service {
  store: S3Store;
  iam: Iam;
  authorize: Authorize;
  signing: SigningSurroundings;
}

export type Ids = Pick<S3Call, 'requestId' | 'hostId'>;

export interface Caller {
  /** Absent for a request without a signature. */
  principal?: AwsPrincipal;
  requester: string;
  authorize(bucket: S3Bucket | undefined, requests: readonly AccessRequest[]): void;
}

/** Who signed a request. @throws AwsError when its signature or its lifetime is not good */
export function callerOf(request: S3Request, service: S3Service): Caller {
  const { authorization } = request.headers;
  let key = /Credential=([^/,\s]+)\//.exec(authorization ?? '')?.[1];
  if (authorization !== undefined && key === undefined) {
    throw s3Error(
      'InvalidRequest',
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    );
  }
  if (authorization === undefined && request.query.has('Signature') && request.query.has('AWSAccessKeyId'))
    throw s3Error(
      'InvalidRequest',
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    );
  if (key === undefined && request.query.has('X-Amz-Signature')) {
    checkPresigned(request, service.signing);
    key = request.query.get('X-Amz-Credential')?.split('/')[0];
  }
  return key === undefined ? anonymous(service) : signedBy(key, service);
}

/** Keys that the local cloud has not issued are those of an outside client, who is the account's administrator. */
export function signedBy(accessKeyId: string, { iam, authorize, store: { runtime } }: S3Service): Caller {
  const principal: AwsPrincipal = iam.principalOf(accessKeyId) ?? {
    kind: 'administrator',
    arn: `arn:${runtime.partition}:iam::${runtime.accountId}:root`,
    accountId: runtime.accountId,
  };
  return {
    principal,
    requester: principal.kind === 'role' ? `AWS:${iam.userIdOf(principal)}` : principal.accountId,
    authorize: (_, requests) => authorize(principal, requests),
  };
}

/** Everybody: only what a bucket policy gives to all. */
export const anonymous = ({ iam }: S3Service): Caller => ({
  requester: 'Anonymous',
  authorize(bucket, requests) {
    const isOpen =
      !bucket?.publicAccessBlock?.restrictPublicBuckets &&
      requests.every((request) => iam.decideAnonymous(request).allowed);
    if (!isOpen) throw accessDenied();
  },
});

/** A call on a bucket. */
export function callOf(
  request: S3Request,
  bucket: S3Bucket,
  key: string,
  caller: Caller,
  ids: Ids,
  store: S3Store,
): S3Call {
  return {
    store,
    request,
    bucket,
    key,
    ...ids,
    requester: caller.requester,
    isAnonymous: caller.principal === undefined,
    authorize: (requests) => caller.authorize(bucket, requests),
  };
}
