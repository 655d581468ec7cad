// What changes a blob, but not its bytes: metadata, properties, tags, leases, deletion.
// https://learn.microsoft.com/rest/api/storageservices/operations-on-blobs
import { badRequest, invalidHeader, unsupported } from '../errors.ts';
import type { StorageReply } from '../storage-request.ts';
import { childText, element, textElements, xmlDocument } from '../xml.ts';
import type { BlobContext } from './blob-context.ts';
import { propertiesOf, writtenHeaders } from './blob-headers.ts';
import { checkedTags } from './blob-tags.ts';
import { checkWrite } from './conditions.ts';
import { blobPermissions } from './permissions.ts';

export function setMetadata(context: BlobContext): StorageReply {
  const { call, container, key } = context;
  context.authorize(blobPermissions.write);
  const blob = context.find();
  checkWrite(call, blob);
  context.checkLease();
  const details = { ...blob.details, metadata: call.metadata() };
  const etag = context.account.nextEtag();
  // Where versions are kept, this makes a new one; setting properties does not.
  // https://learn.microsoft.com/azure/storage/blobs/versioning-overview#versioning-on-write-operations
  const written =
    container.bucket.versioning === 'on'
      ? container.bucket.put({ key, content: blob.content, details, etag, operation: 'SetBlobMetadata' })
      : container.bucket.update(blob, details, { etag, operation: 'SetBlobMetadata' });
  return { status: 200, headers: writtenHeaders(container, written) };
}

export function setProperties(context: BlobContext): StorageReply {
  const { call, container } = context;
  context.authorize(blobPermissions.write);
  const blob = context.find();
  checkWrite(call, blob);
  context.checkLease();
  const { metadata, tags, blocks } = blob.details;
  const details = { ...propertiesOf(call, { own: false }), metadata, tags, blocks };
  const etag = context.account.nextEtag();
  const written = container.bucket.update(blob, details, { etag, operation: 'SetBlobProperties' });
  return {
    status: 200,
    headers: {
      etag: `"${written.etag}"`,
      'last-modified': writtenHeaders(container, written)['last-modified'] ?? '',
    },
  };
}

export function getTags(context: BlobContext): StorageReply {
  context.authorize(blobPermissions.readTags);
  const tags = Object.entries(context.find().details.tags).map(([Key, Value]) =>
    element('Tag', textElements({ Key, Value })),
  );
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: xmlDocument(element('Tags', element('TagSet', tags.join('')))),
  };
}

export function setTags(context: BlobContext): StorageReply {
  const { call } = context;
  context.authorize(blobPermissions.writeTags);
  const blob = context.find();
  context.checkLease();
  const set = call.xml().children.find(({ name }) => name === 'TagSet')?.children ?? [];
  // Neither the entity tag nor the date of a blob says anything of its tags.
  blob.details.tags = checkedTags(
    set.map((tag) => [childText(tag, 'Key') ?? '', childText(tag, 'Value') ?? '']),
  );
  return { status: 204 };
}

export function leaseBlob(context: BlobContext): StorageReply {
  const { call, container, key } = context;
  context.authorize(blobPermissions.write);
  const blob = context.find();
  checkWrite(call, blob);
  const { status, headers } = container.leaseOf(key).answer(call);
  const { etag, 'last-modified': modified } = writtenHeaders(container, blob);
  return { status, headers: { ...headers, etag: etag ?? '', 'last-modified': modified ?? '' } };
}

export function deleteBlob(context: BlobContext): StorageReply {
  const { call, container, key } = context;
  const { bucket } = container;
  const snapshots = call.header('x-ms-delete-snapshots');
  if (snapshots !== undefined && snapshots !== 'include') {
    if (snapshots === 'only') throw unsupported('Deleting snapshots only');
    throw invalidHeader('x-ms-delete-snapshots', snapshots);
  }
  const version = call.query.get('versionid');
  if (version !== null) {
    context.authorize(blobPermissions.deleteVersion);
    if (context.find().id === context.current?.id)
      throw badRequest(
        'OperationNotAllowedOnRootBlob',
        'The specified operation is not allowed on root blob.',
      );
    bucket.deleteVersion(key, version, 'DeleteBlob');
    return { status: 202 };
  }
  context.authorize(blobPermissions.delete);
  if (!context.current && bucket.upload(key)) {
    context.checkLease();
    bucket.endUpload(key);
    return { status: 202, headers: { 'x-ms-delete-type-permanent': 'true' } };
  }
  const blob = context.find();
  checkWrite(call, blob);
  context.checkLease();
  bucket.delete(key, 'DeleteBlob');
  bucket.endUpload(key);
  container.forgetLease(key);
  context.tell('deleted', 'DeleteBlob', blob);
  return { status: 202, headers: { 'x-ms-delete-type-permanent': String(!context.account.keepsDeleted) } };
}
