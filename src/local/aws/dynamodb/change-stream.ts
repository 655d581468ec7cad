import type { AwsRuntime } from '../service.ts';
import { type Item, itemSizeBytes } from './attribute-value.ts';
import type { StreamViewType } from './table-definition.ts';

/** One record as DynamoDB Streams and the Lambda event source mapping give it. */
export interface StreamRecord {
  eventID: string;
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  eventVersion: '1.1';
  eventSource: 'aws:dynamodb';
  awsRegion: string;
  /** Only on deletions by time to live. */
  userIdentity?: { type: 'Service'; principalId: 'dynamodb.amazonaws.com' };
  dynamodb: {
    /** Unix time in seconds. */
    ApproximateCreationDateTime: number;
    Keys: Item;
    NewImage?: Item;
    OldImage?: Item;
    /** Decimal digits; a later record has a greater one, and all have the same length. */
    SequenceNumber: string;
    SizeBytes: number;
    StreamViewType: StreamViewType;
  };
  eventSourceARN: string;
}

export interface ItemChange {
  keys: Item;
  before: Item | undefined;
  after: Item | undefined;
  cause: 'request' | 'ttl';
}

const retentionMs = 24 * 60 * 60 * 1000;

/**
 * The change records of one table: kept for 24 hours, in the order of the changes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
export class ChangeStream {
  readonly arn: string;
  readonly label: string;
  readonly viewType: StreamViewType;
  readonly #runtime: AwsRuntime;
  #records: { atMs: number; record: StreamRecord }[] = [];
  #sequence = 0;

  constructor(runtime: AwsRuntime, tableArn: string, viewType: StreamViewType, label: string) {
    this.#runtime = runtime;
    this.label = label;
    this.arn = `${tableArn}/stream/${label}`;
    this.viewType = viewType;
  }

  /** Adds the record of one change and returns it. */
  append(change: ItemChange): StreamRecord {
    const atMs = this.#runtime.clock.now();
    this.#dropOld(atMs);
    const record = this.#recordOf(change, atMs);
    this.#records.push({ atMs, record });
    return record;
  }

  /** Records that are at most 24 hours old, from after `afterSequenceNumber` on. */
  records(afterSequenceNumber = ''): StreamRecord[] {
    this.#dropOld(this.#runtime.clock.now());
    return this.#records
      .map(({ record }) => record)
      .filter(({ dynamodb }) => dynamodb.SequenceNumber > afterSequenceNumber);
  }

  #dropOld(nowMs: number): void {
    const first = this.#records[0];
    if (!first || first.atMs > nowMs - retentionMs) return;
    const kept = this.#records.findIndex(({ atMs }) => atMs > nowMs - retentionMs);
    this.#records = kept < 0 ? [] : this.#records.slice(kept);
  }

  #recordOf({ keys, before, after, cause }: ItemChange, atMs: number): StreamRecord {
    const { viewType } = this;
    const withNew = viewType === 'NEW_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES';
    const withOld = viewType === 'OLD_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES';
    const images = {
      ...(withNew && after && { NewImage: after }),
      ...(withOld && before && { OldImage: before }),
    };
    return {
      eventID: this.#runtime.random.text(32),
      eventName: after ? (before ? 'MODIFY' : 'INSERT') : 'REMOVE',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: this.#runtime.region,
      ...(cause === 'ttl' && {
        userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } as const,
      }),
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(atMs / 1000),
        Keys: keys,
        ...images,
        SequenceNumber: `1${String(++this.#sequence).padStart(20, '0')}`,
        SizeBytes: [keys, ...Object.values(images)].reduce((bytes, image) => bytes + itemSizeBytes(image), 0),
        StreamViewType: viewType,
      },
      eventSourceARN: this.arn,
    };
  }
}
