// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
import type { BlobEvent } from '../../engine/blob-version.ts';
import type { S3Bucket } from './bucket.ts';
import { urlEncode } from './listing.ts';
import type { ObjectDetails } from './object-details.ts';
import { isoTime, ownerId } from './operation.ts';
import { nullVersion } from './version-id.ts';

/** What S3 tells of a change, before it is put into the form of a destination. */
export interface S3Event {
  /** `ObjectCreated:Put` */
  name: string;
  atMs: number;
  key: string;
  /** Of what has been created. */
  sizeBytes?: number;
  etag?: string;
  /** Where versioning is or was on. */
  versionId?: string;
  /** Hexadecimal; of two events for the same key, the greater is the later one. */
  sequencer: string;
  requester: string;
  requestId: string;
  hostId: string;
  isByLifecycle: boolean;
}

const createdNames = new Set(['Put', 'Post', 'Copy', 'CompleteMultipartUpload']);

/** `undefined` for what S3 does not tell of: what happens to older versions by itself. */
function nameOf(event: BlobEvent<ObjectDetails>): string | undefined {
  const isExpiry = event.cause === 'expiry';
  switch (event.kind) {
    case 'created':
      return createdNames.has(event.operation) ? `ObjectCreated:${event.operation}` : undefined;
    case 'updated':
      return event.operation.startsWith('ObjectTagging:') ? event.operation : undefined;
    case 'marked':
      return isExpiry ? 'LifecycleExpiration:DeleteMarkerCreated' : 'ObjectRemoved:DeleteMarkerCreated';
    case 'removed':
      if (event.cause === 'overwrite') return undefined;
      return isExpiry ? 'LifecycleExpiration:Delete' : 'ObjectRemoved:Delete';
    case 'archived':
      return undefined;
  }
}

export function eventOf(bucket: S3Bucket, event: BlobEvent<ObjectDetails>): S3Event | undefined {
  const name = nameOf(event);
  if (name === undefined) return undefined;
  const { version, origin = {} } = event;
  const isVersioned = bucket.blobs.versioning !== 'off' || version.id !== nullVersion;
  const isRemoved = event.kind === 'removed' || event.kind === 'marked';
  return {
    name,
    atMs: event.atMs,
    key: version.key,
    ...(version.kind === 'object' &&
      !isRemoved && { sizeBytes: version.content.sizeBytes, etag: version.etag }),
    ...(isVersioned && { versionId: version.id }),
    sequencer: sequencerOf(event),
    requester: origin.requester ?? 's3.amazonaws.com',
    requestId: origin.requestId ?? '0000000000000000',
    hostId: origin.hostId ?? '',
    isByLifecycle: event.cause === 'expiry',
  };
}

/** Sixteen digits and more, as S3's are: the time and the order within it. */
const sequencerOf = ({ atMs, sequence }: { atMs: number; sequence: number }): string =>
  `00${Math.floor(atMs / 1000)
    .toString(16)
    .toUpperCase()
    .padStart(8, '0')}${sequence.toString(16).toUpperCase().padStart(8, '0')}`;

/** Tags and lifecycle are told of in a later version of the structure. */
const versionOf = (name: string) => (/^(ObjectTagging|LifecycleExpiration):/.test(name) ? '2.3' : '2.1');

/** The message that queues, topics and functions get. */
export function notificationMessage(
  bucket: S3Bucket,
  event: S3Event,
  ruleId: string,
  accountId: string,
): string {
  const object = {
    key: urlEncode(event.key),
    ...(event.sizeBytes !== undefined && { size: event.sizeBytes, eTag: event.etag }),
    ...(event.versionId !== undefined && { versionId: event.versionId }),
    sequencer: event.sequencer,
  };
  const record = {
    eventVersion: versionOf(event.name),
    eventSource: 'aws:s3',
    awsRegion: bucket.region,
    eventTime: isoTime(event.atMs),
    eventName: event.name,
    userIdentity: { principalId: event.requester },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': event.requestId, 'x-amz-id-2': event.hostId },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: ruleId,
      bucket: {
        name: bucket.name,
        ownerIdentity: { principalId: ownerId(accountId) },
        arn: bucket.arn,
      },
      object,
    },
  };
  return JSON.stringify({ Records: [record] });
}

/** Sent to a queue or topic when it becomes a destination. */
export const testMessage = (bucket: S3Bucket, atMs: number, requestId: string, hostId: string): string =>
  JSON.stringify({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: isoTime(atMs),
    Bucket: bucket.name,
    RequestId: requestId,
    HostId: hostId,
  });

/** An event for the account's default event bus. */
export interface ServiceEvent {
  source: string;
  detailType: string;
  resources: string[];
  detail: Record<string, unknown>;
}

const reasons: Record<string, string> = {
  'ObjectCreated:Put': 'PutObject',
  'ObjectCreated:Post': 'POST Object',
  'ObjectCreated:Copy': 'CopyObject',
  'ObjectCreated:CompleteMultipartUpload': 'CompleteMultipartUpload',
};

export function busEvent(bucket: S3Bucket, event: S3Event, accountId: string): ServiceEvent {
  const [group] = event.name.split(':');
  const isRemoved = group === 'ObjectRemoved' || group === 'LifecycleExpiration';
  const detailType =
    group === 'ObjectCreated'
      ? 'Object Created'
      : isRemoved
        ? 'Object Deleted'
        : event.name === 'ObjectTagging:Put'
          ? 'Object Tags Added'
          : 'Object Tags Deleted';
  const isMarker = event.name.endsWith(':DeleteMarkerCreated');
  const removal = isRemoved && {
    reason: event.isByLifecycle ? 'Lifecycle Expiration' : 'DeleteObject',
    'deletion-type': isMarker ? 'Delete Marker Created' : 'Permanently Deleted',
  };
  const reason = reasons[event.name];
  return {
    source: 'aws.s3',
    detailType,
    resources: [bucket.arn],
    detail: {
      version: '0',
      bucket: { name: bucket.name },
      // The bus gets the key as it is, not encoded.
      object: {
        key: event.key,
        ...(event.sizeBytes !== undefined && { size: event.sizeBytes }),
        ...(event.etag !== undefined && { etag: event.etag }),
        ...(event.versionId !== undefined && { 'version-id': event.versionId }),
        ...(group !== 'ObjectTagging' && { sequencer: event.sequencer }),
      },
      'request-id': event.requestId,
      requester: event.isByLifecycle ? 's3.amazonaws.com' : accountId,
      ...(!event.isByLifecycle && { 'source-ip-address': '127.0.0.1' }),
      ...(reason !== undefined && { reason }),
      ...removal,
    },
  };
}
