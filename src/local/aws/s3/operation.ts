import type { WireResponse } from '../../engine/wire.ts';
import type { AccessRequest } from '../service.ts';
import type { S3Bucket } from './bucket.ts';
import type { S3Request } from './request.ts';
import type { S3Store } from './store.ts';
import { type XmlValue, xmlDocument } from './xml.ts';

/** One call: what is asked for, and who asks. */
export interface S3Call {
  store: S3Store;
  request: S3Request;
  bucket: S3Bucket;
  /** Empty where the call is for the bucket itself. */
  key: string;
  requestId: string;
  hostId: string;
  /** `AWS:AROA...:session`, the account, or `Anonymous`. */
  requester: string;
  isAnonymous: boolean;
  /** @throws AwsError AccessDenied */
  authorize(requests: readonly AccessRequest[]): void;
}

export interface S3Operation {
  /** As the API reference calls it. */
  name: string;
  /** What the call needs; it may throw for malformed input. */
  access(call: S3Call): AccessRequest[];
  /** Price class. https://aws.amazon.com/s3/pricing/ */
  price: 'put' | 'get' | 'free';
  run(call: S3Call): WireResponse | Promise<WireResponse>;
}

/** An operation on the bucket itself that needs this one permission. */
export const onBucket =
  (action: string, context?: (call: S3Call) => Record<string, string[]>) =>
  (call: S3Call): AccessRequest[] => [
    { action, resource: call.bucket.arn, ...(context && { context: context(call) }) },
  ];

export const objectArn = ({ bucket, key }: Pick<S3Call, 'bucket' | 'key'>): string => `${bucket.arn}/${key}`;

/** An operation on one object, or on one version of it, that needs this one permission. */
export const onObject =
  (action: string, versionAction = action) =>
  (call: S3Call): AccessRequest[] => [
    {
      action: call.request.query.has('versionId') ? versionAction : action,
      resource: objectArn(call),
    },
  ];

export const xmlAnswer = (
  root: string,
  value: XmlValue,
  headers: Record<string, string> = {},
): WireResponse => ({
  status: 200,
  headers: { 'content-type': 'application/xml', ...headers },
  body: xmlDocument(root, value),
});

export const emptyAnswer = (status: number, headers: Record<string, string> = {}): WireResponse => ({
  status,
  headers,
  body: '',
});

export const quoted = (etag: string): string => `"${etag}"`;

/** `2026-01-01T12:00:00.000Z` */
export const isoTime = (atMs: number): string => new Date(atMs).toISOString();

/** The canonical id that stands for the account. */
export const ownerId = (accountId: string): string => accountId.padStart(64, '0');

/** What every access control list says where they are disabled: all belongs to the bucket's owner. */
export const ownerAcl = (call: S3Call): WireResponse => {
  const owner = { ID: ownerId(call.store.runtime.accountId) };
  return xmlAnswer('AccessControlPolicy', {
    Owner: owner,
    AccessControlList: { Grant: [{ Grantee: owner, Permission: 'FULL_CONTROL' }] },
  });
};
