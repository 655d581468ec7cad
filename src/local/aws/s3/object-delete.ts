import { checkConditions } from '../../engine/blob-conditions.ts';
import type { WireResponse } from '../../engine/wire.ts';
import { type AccessRequest, AwsError } from '../service.ts';
import { malformedXml, preconditionFailed, s3Error } from './errors.ts';
import { conditionsOf } from './object-read.ts';
import { emptyAnswer, objectArn, type S3Call, type S3Operation, xmlAnswer } from './operation.ts';
import { originOf } from './store.ts';
import { uploadBody } from './upload-body.ts';
import { childrenOf, parseXml, textOf, type XmlValue } from './xml.ts';

const maximumDeletes = 1000;

interface Deleted {
  versionId?: string;
  isMarker: boolean;
}

/** Deletes the object of a call, or one version of it. */
function remove(call: S3Call, versionId: string | undefined): Deleted {
  const { bucket, key } = call;
  if (versionId !== undefined) {
    const version = bucket.blobs.deleteVersion(key, versionId, 'Delete', originOf(call));
    return { versionId, isMarker: version?.kind === 'marker' };
  }
  const { marker } = bucket.blobs.delete(key, 'Delete', originOf(call));
  return marker ? { versionId: marker.id, isMarker: true } : { isMarker: false };
}

const deleteAccess = (call: S3Call, versionId: string | undefined): AccessRequest => ({
  action: versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion',
  resource: objectArn(call),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html */
function checkDeleteCondition(call: S3Call): void {
  if (call.request.headers['if-match'] === undefined) return;
  const { ifMatch } = conditionsOf(call);
  const current = call.bucket.blobs.current(call.key);
  if (current && ifMatch && checkConditions({ ifMatch }, current) !== 'met')
    throw preconditionFailed('If-Match');
}

export const deleteObject: S3Operation = {
  name: 'DeleteObject',
  access: (call) => [deleteAccess(call, call.request.query.get('versionId'))],
  price: 'free',
  run(call) {
    checkDeleteCondition(call);
    const { versionId, isMarker } = remove(call, call.request.query.get('versionId'));
    return emptyAnswer(204, {
      ...(versionId !== undefined && { 'x-amz-version-id': versionId }),
      ...(isMarker && { 'x-amz-delete-marker': 'true' }),
    });
  },
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
function removeMany(call: S3Call): WireResponse {
  const { request } = call;
  const isProtected = Object.keys(request.headers).some(
    (name) => name === 'content-md5' || name.startsWith('x-amz-checksum-') || name === 'x-amz-trailer',
  );
  if (!isProtected)
    throw s3Error(
      'InvalidRequest',
      'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
    );
  const document = parseXml(uploadBody(request).bytes.toString());
  const objects = childrenOf(document, 'Object');
  if (document?.name !== 'Delete' || objects.length === 0 || objects.length > maximumDeletes)
    throw malformedXml();
  const isQuiet = textOf(document, 'Quiet') === 'true';
  const deleted: XmlValue[] = [];
  const errors: XmlValue[] = [];
  for (const object of objects) {
    const key = object.children.find(({ name }) => name === 'Key')?.text ?? '';
    const versionId = textOf(object, 'VersionId');
    const version = versionId === undefined ? {} : { VersionId: versionId };
    try {
      const one = { ...call, key };
      call.authorize([deleteAccess(one, versionId)]);
      const done = remove(one, versionId);
      deleted.push({
        Key: key,
        ...version,
        ...(done.isMarker && { DeleteMarker: true, DeleteMarkerVersionId: done.versionId }),
      });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      errors.push({ Key: key, ...version, Code: error.code, Message: error.message });
    }
  }
  return xmlAnswer('DeleteResult', { Deleted: isQuiet ? [] : deleted, Error: errors });
}

export const deleteObjects: S3Operation = {
  name: 'DeleteObjects',
  // Each object is asked for by itself.
  access: () => [],
  price: 'free',
  run: removeMany,
};
