import type { S3Object } from './object-details.ts';
import { versionHeaders } from './object-headers.ts';
import { objectOf } from './object-read.ts';
import { emptyAnswer, onObject, type S3Call, type S3Operation, xmlAnswer } from './operation.ts';
import { originOf } from './store.ts';
import { tagSet, tagsOfXml } from './tags.ts';
import { uploadBody } from './upload-body.ts';

function setTags(call: S3Call, object: S3Object, tags: Record<string, string>, operation: string): void {
  const tagCount = Object.keys(tags).length;
  if (tagCount > 0) call.store.runtime.meter.add('s3', 'object-tags', call.bucket.name, tagCount);
  call.bucket.blobs.update(object, { ...object.details, tags }, { operation, origin: originOf(call) });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html */
export const getObjectTagging: S3Operation = {
  name: 'GetObjectTagging',
  access: onObject('s3:GetObjectTagging', 's3:GetObjectVersionTagging'),
  price: 'get',
  run(call) {
    const object = objectOf(call);
    return xmlAnswer('Tagging', tagSet(object.details.tags), versionHeaders(call.bucket, object));
  },
};

export const putObjectTagging: S3Operation = {
  name: 'PutObjectTagging',
  access: onObject('s3:PutObjectTagging', 's3:PutObjectVersionTagging'),
  price: 'put',
  run(call) {
    const tags = tagsOfXml(uploadBody(call.request).bytes.toString(), 'Object');
    const object = objectOf(call);
    setTags(call, object, tags, 'ObjectTagging:Put');
    return emptyAnswer(200, versionHeaders(call.bucket, object));
  },
};

export const deleteObjectTagging: S3Operation = {
  name: 'DeleteObjectTagging',
  access: onObject('s3:DeleteObjectTagging', 's3:DeleteObjectVersionTagging'),
  price: 'free',
  run(call) {
    const object = objectOf(call);
    setTags(call, object, {}, 'ObjectTagging:Delete');
    return emptyAnswer(204, versionHeaders(call.bucket, object));
  },
};
