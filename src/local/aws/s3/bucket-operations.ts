import type { WireResponse } from '../../engine/wire.ts';
import type { PublicAccessBlock, S3Bucket } from './bucket.ts';
import { malformedXml, notImplemented, s3Error } from './errors.ts';
import { lifecycleOfXml, lifecycleXml } from './lifecycle-xml.ts';
import { notificationOfXml, notificationXml } from './notification-xml.ts';
import { emptyAnswer, onBucket, ownerAcl, type S3Call, type S3Operation, xmlAnswer } from './operation.ts';
import { setBucketPolicy } from './policy.ts';
import { tagSet, tagsOfXml } from './tags.ts';
import { uploadBody } from './upload-body.ts';
import { childOf, childrenOf, parseXml, textOf, type XmlElement } from './xml.ts';

const get = (name: string, action: string, run: (call: S3Call) => WireResponse): S3Operation => ({
  name,
  access: onBucket(action),
  price: 'get',
  run,
});

/** Changes the configuration; `price` is that of a PUT, and of a DELETE nothing. */
const change = (name: string, action: string, status: number, run: (call: S3Call) => void): S3Operation => ({
  name,
  access: onBucket(action),
  price: status === 204 && name.startsWith('Delete') ? 'free' : 'put',
  run(call) {
    run(call);
    return emptyAnswer(status);
  },
});

/** The document in the body. @throws AwsError MalformedXML when its root is another */
function documentOf(call: S3Call, root: string): XmlElement {
  const document = parseXml(uploadBody(call.request).bytes.toString());
  if (document?.name !== root) throw malformedXml();
  return document;
}

const missing = (code: string, message: string, bucket: S3Bucket) =>
  s3Error(code, message, 404, { BucketName: bucket.name });

const versioningWords = { on: 'Enabled', suspended: 'Suspended', off: undefined } as const;

function putVersioning(call: S3Call): void {
  const document = documentOf(call, 'VersioningConfiguration');
  const status = textOf(document, 'Status');
  if (textOf(document, 'MfaDelete') === 'Enabled') throw notImplemented('MFA delete');
  if (status !== 'Enabled' && status !== 'Suspended') throw malformedXml();
  call.bucket.blobs.versioning = status === 'Enabled' ? 'on' : 'suspended';
}

function publicAccessBlockOf(document: XmlElement): PublicAccessBlock {
  const is = (name: string) => textOf(document, name)?.toLowerCase() === 'true';
  return {
    blockPublicAcls: is('BlockPublicAcls'),
    ignorePublicAcls: is('IgnorePublicAcls'),
    blockPublicPolicy: is('BlockPublicPolicy'),
    restrictPublicBuckets: is('RestrictPublicBuckets'),
  };
}

function putCors(call: S3Call): void {
  const rules = childrenOf(documentOf(call, 'CORSConfiguration'), 'CORSRule');
  if (rules.length === 0) throw malformedXml();
  call.bucket.cors = rules.map((rule) => {
    const texts = (name: string) => childrenOf(rule, name).map(({ text }) => text);
    const id = textOf(rule, 'ID');
    const maxAge = textOf(rule, 'MaxAgeSeconds');
    return {
      ...(id !== undefined && { id }),
      allowedOrigins: texts('AllowedOrigin'),
      allowedMethods: texts('AllowedMethod'),
      allowedHeaders: texts('AllowedHeader'),
      exposeHeaders: texts('ExposeHeader'),
      ...(maxAge !== undefined && { maxAgeSeconds: Number(maxAge) }),
    };
  });
}

function putEncryption(call: S3Call): void {
  const rule = childOf(documentOf(call, 'ServerSideEncryptionConfiguration'), 'Rule');
  const byDefault = childOf(rule, 'ApplyServerSideEncryptionByDefault');
  const algorithm = textOf(byDefault, 'SSEAlgorithm');
  if (algorithm !== 'AES256' && algorithm !== 'aws:kms' && algorithm !== 'aws:kms:dsse') throw malformedXml();
  const keyId = textOf(byDefault, 'KMSMasterKeyID');
  call.bucket.encryption = {
    algorithm,
    ...(keyId !== undefined && { keyId }),
    ...(textOf(rule, 'BucketKeyEnabled') === 'true' && { bucketKey: true }),
  };
}

function putOwnership(call: S3Call): void {
  const rule = childOf(documentOf(call, 'OwnershipControls'), 'Rule');
  const ownership = textOf(rule, 'ObjectOwnership');
  if (
    ownership !== 'BucketOwnerEnforced' &&
    ownership !== 'BucketOwnerPreferred' &&
    ownership !== 'ObjectWriter'
  )
    throw malformedXml();
  call.bucket.ownership = ownership;
}

export const bucketOperations = {
  headBucket: {
    name: 'HeadBucket',
    access: onBucket('s3:ListBucket'),
    price: 'get',
    run: ({ bucket }) =>
      emptyAnswer(200, { 'x-amz-bucket-region': bucket.region, 'x-amz-bucket-arn': bucket.arn }),
  },
  deleteBucket: change('DeleteBucket', 's3:DeleteBucket', 204, ({ store, bucket }) => store.delete(bucket)),
  getLocation: get('GetBucketLocation', 's3:GetBucketLocation', ({ bucket }) => ({
    ...xmlAnswer('LocationConstraint', bucket.region === 'us-east-1' ? '' : bucket.region),
  })),
  getVersioning: get('GetBucketVersioning', 's3:GetBucketVersioning', ({ bucket }) =>
    xmlAnswer('VersioningConfiguration', { Status: versioningWords[bucket.blobs.versioning] }),
  ),
  putVersioning: change('PutBucketVersioning', 's3:PutBucketVersioning', 200, putVersioning),
  getTagging: get('GetBucketTagging', 's3:GetBucketTagging', ({ bucket }) => {
    if (Object.keys(bucket.tags).length === 0)
      throw missing('NoSuchTagSet', 'The TagSet does not exist', bucket);
    return xmlAnswer('Tagging', tagSet(bucket.tags));
  }),
  putTagging: change('PutBucketTagging', 's3:PutBucketTagging', 204, (call) => {
    call.bucket.tags = tagsOfXml(uploadBody(call.request).bytes.toString(), 'Bucket');
  }),
  deleteTagging: change('DeleteBucketTagging', 's3:PutBucketTagging', 204, ({ bucket }) => {
    bucket.tags = {};
  }),
  getPolicy: get('GetBucketPolicy', 's3:GetBucketPolicy', ({ bucket }) => {
    if (bucket.policy === undefined)
      throw missing('NoSuchBucketPolicy', 'The bucket policy does not exist', bucket);
    return { status: 200, headers: { 'content-type': 'application/json' }, body: bucket.policy };
  }),
  putPolicy: change('PutBucketPolicy', 's3:PutBucketPolicy', 204, ({ store, bucket, request }) =>
    setBucketPolicy(bucket, uploadBody(request).bytes.toString(), (document) =>
      store.attachPolicy(bucket.arn, document),
    ),
  ),
  getLifecycle: get('GetBucketLifecycleConfiguration', 's3:GetLifecycleConfiguration', ({ bucket }) => {
    if (bucket.lifecycle.length === 0)
      throw missing('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist', bucket);
    return xmlAnswer('LifecycleConfiguration', lifecycleXml(bucket.lifecycle));
  }),
  putLifecycle: change('PutBucketLifecycleConfiguration', 's3:PutLifecycleConfiguration', 200, (call) =>
    call.store.setLifecycle(call.bucket, lifecycleOfXml(documentOf(call, 'LifecycleConfiguration'))),
  ),
  deleteLifecycle: change('DeleteBucketLifecycle', 's3:PutLifecycleConfiguration', 204, ({ store, bucket }) =>
    store.setLifecycle(bucket, []),
  ),
  getNotification: get('GetBucketNotificationConfiguration', 's3:GetBucketNotification', ({ bucket }) =>
    xmlAnswer('NotificationConfiguration', notificationXml(bucket.notification)),
  ),
  putNotification: change('PutBucketNotificationConfiguration', 's3:PutBucketNotification', 200, (call) =>
    call.store.setNotification(
      call.bucket,
      notificationOfXml(documentOf(call, 'NotificationConfiguration'), () =>
        call.store.runtime.random.text(24),
      ),
    ),
  ),
  getEncryption: get('GetBucketEncryption', 's3:GetEncryptionConfiguration', ({ bucket }) =>
    xmlAnswer('ServerSideEncryptionConfiguration', {
      Rule: {
        ApplyServerSideEncryptionByDefault: {
          SSEAlgorithm: bucket.encryption.algorithm,
          KMSMasterKeyID: bucket.encryption.keyId,
        },
        BucketKeyEnabled: bucket.encryption.bucketKey ?? false,
      },
    }),
  ),
  putEncryption: change('PutBucketEncryption', 's3:PutEncryptionConfiguration', 200, putEncryption),
  getPublicAccessBlock: get('GetPublicAccessBlock', 's3:GetBucketPublicAccessBlock', ({ bucket }) => {
    const block = bucket.publicAccessBlock;
    if (!block)
      throw missing(
        'NoSuchPublicAccessBlockConfiguration',
        'The public access block configuration was not found',
        bucket,
      );
    return xmlAnswer('PublicAccessBlockConfiguration', {
      BlockPublicAcls: block.blockPublicAcls,
      IgnorePublicAcls: block.ignorePublicAcls,
      BlockPublicPolicy: block.blockPublicPolicy,
      RestrictPublicBuckets: block.restrictPublicBuckets,
    });
  }),
  putPublicAccessBlock: change('PutPublicAccessBlock', 's3:PutBucketPublicAccessBlock', 200, (call) => {
    call.bucket.publicAccessBlock = publicAccessBlockOf(documentOf(call, 'PublicAccessBlockConfiguration'));
  }),
  deletePublicAccessBlock: change(
    'DeletePublicAccessBlock',
    's3:PutBucketPublicAccessBlock',
    204,
    ({ bucket }) => {
      delete bucket.publicAccessBlock;
    },
  ),
  getOwnership: get('GetBucketOwnershipControls', 's3:GetBucketOwnershipControls', ({ bucket }) =>
    xmlAnswer('OwnershipControls', { Rule: { ObjectOwnership: bucket.ownership } }),
  ),
  putOwnership: change('PutBucketOwnershipControls', 's3:PutBucketOwnershipControls', 200, putOwnership),
  getCors: get('GetBucketCors', 's3:GetBucketCORS', ({ bucket }) => {
    if (bucket.cors.length === 0)
      throw missing('NoSuchCORSConfiguration', 'The CORS configuration does not exist', bucket);
    return xmlAnswer('CORSConfiguration', {
      CORSRule: bucket.cors.map((rule) => ({
        ID: rule.id,
        AllowedHeader: rule.allowedHeaders,
        AllowedMethod: rule.allowedMethods,
        AllowedOrigin: rule.allowedOrigins,
        ExposeHeader: rule.exposeHeaders,
        MaxAgeSeconds: rule.maxAgeSeconds,
      })),
    });
  }),
  putCors: change('PutBucketCors', 's3:PutBucketCORS', 200, putCors),
  deleteCors: change('DeleteBucketCors', 's3:PutBucketCORS', 204, ({ bucket }) => {
    bucket.cors = [];
  }),
  getAcl: get('GetBucketAcl', 's3:GetBucketAcl', ownerAcl),
  getLogging: get('GetBucketLogging', 's3:GetBucketLogging', () => xmlAnswer('BucketLoggingStatus', {})),
  getRequestPayment: get('GetBucketRequestPayment', 's3:GetBucketRequestPayment', () =>
    xmlAnswer('RequestPaymentConfiguration', { Payer: 'BucketOwner' }),
  ),
} satisfies Record<string, S3Operation>;
