import type { WireResponse } from '../../engine/wire.ts';
import type { Caller } from './caller.ts';
import { malformedXml, methodNotAllowed, s3Error } from './errors.ts';
import { emptyAnswer, isoTime, ownerId, xmlAnswer } from './operation.ts';
import type { S3Request } from './request.ts';
import type { S3Store } from './store.ts';
import { childOf, childrenOf, parseXml, textOf } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
export function listBuckets(request: S3Request, caller: Caller, store: S3Store): WireResponse {
  if (request.method !== 'GET') throw methodNotAllowed(request.method, 'SERVICE');
  caller.authorize(undefined, [{ action: 's3:ListAllMyBuckets', resource: '*' }]);
  store.meter('put', '');
  const prefix = request.query.get('prefix') ?? '';
  return xmlAnswer('ListAllMyBucketsResult', {
    Owner: { ID: ownerId(store.runtime.accountId) },
    Buckets: {
      Bucket: store.buckets
        .filter(({ name }) => name.startsWith(prefix))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, arn, region, blobs }) => ({
          Name: name,
          CreationDate: isoTime(blobs.createdAtMs),
          BucketRegion: region,
          BucketArn: arn,
        })),
    },
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html */
export function createBucket(request: S3Request, name: string, caller: Caller, store: S3Store): WireResponse {
  const { region } = store.runtime;
  caller.authorize(undefined, [{ action: 's3:CreateBucket', resource: store.arnOf(name) }]);
  store.meter('put', name);
  const document = request.body.length > 0 ? parseXml(request.body.toString()) : undefined;
  if (request.body.length > 0 && document?.name !== 'CreateBucketConfiguration') throw malformedXml();
  const location = textOf(document, 'LocationConstraint');
  if ((location ?? 'us-east-1') !== region) {
    throw s3Error(
      'IllegalLocationConstraintException',
      `The ${location ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
  if (location === 'us-east-1')
    throw s3Error('InvalidLocationConstraint', 'The specified location-constraint is not valid', 400, {
      LocationConstraint: location,
    });
  // In this region alone, creating one's own bucket again is no error.
  if (region === 'us-east-1' && store.find(name)) return emptyAnswer(200, { location: `/${name}` });
  const bucket = store.create(name);
  for (const tag of childrenOf(childOf(document, 'Tags'), 'Tag'))
    bucket.tags[textOf(tag, 'Key') ?? ''] = textOf(tag, 'Value') ?? '';
  return emptyAnswer(200, { location: `/${name}`, 'x-amz-bucket-arn': bucket.arn });
}
