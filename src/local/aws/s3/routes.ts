import { bucketOperations as bucket } from './bucket-operations.ts';
import { methodNotAllowed, notImplemented } from './errors.ts';
import { listObjects, listObjectsV2, listObjectVersions } from './listing.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
  uploadPartCopy,
} from './multipart.ts';
import { copyObject } from './object-copy.ts';
import { deleteObject, deleteObjects } from './object-delete.ts';
import { getObject, getObjectAttributes, headObject } from './object-read.ts';
import { putObject } from './object-write.ts';
import { onObject, ownerAcl, type S3Operation } from './operation.ts';
import type { S3Request } from './request.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './tagging.ts';

const getObjectAcl: S3Operation = {
  name: 'GetObjectAcl',
  access: onObject('s3:GetObjectAcl', 's3:GetObjectVersionAcl'),
  price: 'get',
  run: ownerAcl,
};

/** By method and the parameter of the query that says which part of the bucket is meant. */
const onBuckets: Record<string, S3Operation> = {
  'HEAD ': bucket.headBucket,
  'GET ': listObjects,
  'GET list-type': listObjectsV2,
  'GET versions': listObjectVersions,
  'GET uploads': listMultipartUploads,
  'POST delete': deleteObjects,
  'DELETE ': bucket.deleteBucket,
  'GET location': bucket.getLocation,
  'GET versioning': bucket.getVersioning,
  'PUT versioning': bucket.putVersioning,
  'GET tagging': bucket.getTagging,
  'PUT tagging': bucket.putTagging,
  'DELETE tagging': bucket.deleteTagging,
  'GET policy': bucket.getPolicy,
  'PUT policy': bucket.putPolicy,
  'GET lifecycle': bucket.getLifecycle,
  'PUT lifecycle': bucket.putLifecycle,
  'DELETE lifecycle': bucket.deleteLifecycle,
  'GET notification': bucket.getNotification,
  'PUT notification': bucket.putNotification,
  'GET encryption': bucket.getEncryption,
  'PUT encryption': bucket.putEncryption,
  'GET publicAccessBlock': bucket.getPublicAccessBlock,
  'PUT publicAccessBlock': bucket.putPublicAccessBlock,
  'DELETE publicAccessBlock': bucket.deletePublicAccessBlock,
  'GET ownershipControls': bucket.getOwnership,
  'PUT ownershipControls': bucket.putOwnership,
  'GET cors': bucket.getCors,
  'PUT cors': bucket.putCors,
  'DELETE cors': bucket.deleteCors,
  'GET acl': bucket.getAcl,
  'GET logging': bucket.getLogging,
  'GET requestPayment': bucket.getRequestPayment,
};

const onObjects: Record<string, S3Operation> = {
  'GET ': getObject,
  'HEAD ': headObject,
  'PUT ': putObject,
  'PUT copy': copyObject,
  'DELETE ': deleteObject,
  'GET attributes': getObjectAttributes,
  'GET acl': getObjectAcl,
  'GET tagging': getObjectTagging,
  'PUT tagging': putObjectTagging,
  'DELETE tagging': deleteObjectTagging,
  'POST uploads': createMultipartUpload,
  'PUT uploadId': uploadPart,
  'PUT uploadId copy': uploadPartCopy,
  'POST uploadId': completeMultipartUpload,
  'DELETE uploadId': abortMultipartUpload,
  'GET uploadId': listParts,
};

/** Parameters that name a part of a bucket or object, those that this S3 does not have included. */
const parts = [
  'accelerate',
  'acl',
  'analytics',
  'attributes',
  'cors',
  'delete',
  'encryption',
  'intelligent-tiering',
  'inventory',
  'legal-hold',
  'lifecycle',
  'list-type',
  'location',
  'logging',
  'metadataTable',
  'metrics',
  'notification',
  'object-lock',
  'ownershipControls',
  'policy',
  'policyStatus',
  'publicAccessBlock',
  'renameObject',
  'replication',
  'requestPayment',
  'restore',
  'retention',
  'select',
  'session',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versioning',
  'versions',
  'website',
];

/** @throws AwsError for what S3, or this one, does not have */
export function operationOf(request: S3Request): S3Operation {
  const { method, query, key } = request;
  const part = query.size === 0 ? '' : (parts.find((name) => query.has(name)) ?? '');
  const isCopy = method === 'PUT' && request.headers['x-amz-copy-source'] !== undefined;
  const what = isCopy ? `PUT ${part}${part === '' ? '' : ' '}copy` : `${method} ${part}`;
  const operation = (key === undefined ? onBuckets : onObjects)[what];
  if (operation) return operation;
  if (part !== '') throw notImplemented(`${method} ?${part} of ${key === undefined ? 'buckets' : 'objects'}`);
  throw methodNotAllowed(method, key === undefined ? 'BUCKET' : 'OBJECT');
}
