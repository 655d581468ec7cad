// https://learn.microsoft.com/rest/api/storageservices/operations-on-containers
import { conditionNotMet, unsupported, unsupportedVerb } from '../errors.ts';
import { httpDate, metadataHeaders, type StorageReply, type StorageRequest } from '../storage-request.ts';
import { element, xmlDocument } from '../xml.ts';
import type { BlobContainer } from './container.ts';
import { listBlobs } from './list-blobs.ts';
import { blobPermissions } from './permissions.ts';

/** What operations on containers see of their account. */
export interface Containers {
  scope(container: string): string;
  /** @throws StorageError, a 404 */
  find(container: string): BlobContainer;
  /** @throws StorageError, a 409 when it exists */
  create(container: string, metadata: Record<string, string>): BlobContainer;
  delete(container: string): void;
  nextEtag(): string;
}

export function answerContainer(call: StorageRequest, name: string, containers: Containers): StorageReply {
  const { method } = call.request;
  const component = call.query.get('comp');
  const scope = containers.scope(name);
  const read = method === 'GET' || method === 'HEAD';
  switch (component) {
    case null:
      if (read) {
        call.authorize(blobPermissions.readContainer, scope);
        return properties(call, containers.find(name));
      }
      if (method === 'PUT') {
        if (call.header('x-ms-blob-public-access') !== undefined)
          throw unsupported('Public access to a container');
        call.authorize(blobPermissions.writeContainer, scope);
        return { status: 201, headers: written(containers.create(name, call.metadata())) };
      }
      if (method !== 'DELETE') throw unsupportedVerb();
      call.authorize(blobPermissions.deleteContainer, scope);
      checkDates(call, containers.find(name));
      containers.find(name).lease.checkWrite(call.header('x-ms-lease-id'), call.nowMs);
      containers.delete(name);
      return { status: 202 };
    case 'list':
      if (method !== 'GET') throw unsupportedVerb();
      call.authorize(blobPermissions.list, scope);
      return listBlobs(call, containers.find(name));
    case 'metadata': {
      if (read) {
        call.authorize(blobPermissions.readContainer, scope);
        return properties(call, containers.find(name));
      }
      call.authorize(blobPermissions.writeContainer, scope);
      const container = containers.find(name);
      checkDates(call, container);
      container.lease.checkNamed(call.header('x-ms-lease-id'), call.nowMs);
      container.metadata = call.metadata();
      container.etag = containers.nextEtag();
      container.modifiedMs = call.nowMs;
      return { status: 200, headers: written(container) };
    }
    case 'lease': {
      if (method !== 'PUT') throw unsupportedVerb();
      call.authorize(blobPermissions.writeContainer, scope);
      const container = containers.find(name);
      const { status, headers } = container.lease.answer(call);
      return { status, headers: { ...written(container), ...headers } };
    }
    case 'acl':
      if (!read) throw unsupported('Stored access policies and public access');
      call.authorize(blobPermissions.readContainer, scope);
      return {
        status: 200,
        headers: { 'content-type': 'application/xml', ...written(containers.find(name)) },
        body: xmlDocument(element('SignedIdentifiers', '')),
      };
    default:
      throw unsupported(`${method} of a container with comp=${component}`);
  }
}

const written = ({ etag, modifiedMs }: BlobContainer): Record<string, string> => ({
  etag: `"${etag}"`,
  'last-modified': httpDate(modifiedMs),
});

function properties(call: StorageRequest, container: BlobContainer): StorageReply {
  container.lease.checkNamed(call.header('x-ms-lease-id'), call.nowMs);
  const headers = {
    ...metadataHeaders(container.metadata),
    ...written(container),
    ...container.lease.headers(call.nowMs),
    'x-ms-has-immutability-policy': 'false',
    'x-ms-has-legal-hold': 'false',
    'x-ms-immutable-storage-with-versioning-enabled': 'false',
    'x-ms-default-encryption-scope': '$account-encryption-key',
    'x-ms-deny-encryption-scope-override': 'false',
  };
  return { status: 200, headers };
}

/** Containers take conditions on their date only. @throws StorageError, a 412 */
function checkDates(call: StorageRequest, { modifiedMs }: BlobContainer): void {
  const modified = Math.floor(modifiedMs / 1000) * 1000;
  const since = call.dateHeader('if-modified-since');
  const until = call.dateHeader('if-unmodified-since');
  if ((since !== undefined && modified <= since) || (until !== undefined && modified > until))
    throw conditionNotMet();
}
