/** The XML API, as far as plain downloads, uploads and signed URLs use it. https://docs.cloud.google.com/storage/docs/xml-api */
import type { WireResponse } from '../../engine/wire.ts';
import { requireOnObject } from './access.ts';
import { headerOf, noContent, type StorageCall } from './call.ts';
import { conditionsOf } from './conditions.ts';
import { demandDigests, digestsIn, digestsOf } from './digest.ts';
import { deleteObject, downloadObject, mayReplace, type ObjectName } from './object-methods.ts';
import { notSupported } from './storage-error.ts';

const preconditions: [header: string, parameter: string][] = [
  ['x-goog-if-generation-match', 'ifGenerationMatch'],
  ['x-goog-if-metageneration-match', 'ifMetagenerationMatch'],
];

/** @param target as the path or the host names it @throws StorageError */
export function answerXml(call: StorageCall, target: ObjectName): WireResponse {
  const { request } = call;
  if (target.bucket === '' || target.name === '') throw notSupported(`${request.method} ${request.path}`);
  const query = new URLSearchParams(call.query);
  for (const [header, parameter] of preconditions) {
    const value = headerOf(request, header);
    if (value !== undefined) query.set(parameter, value);
  }
  const asked = { ...call, query };
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return download(asked, target);
    case 'PUT':
      return upload(asked, target);
    case 'DELETE':
      deleteObject(asked, target);
      return noContent();
    default:
      throw notSupported(`${request.method} ${request.path} of the XML API`);
  }
}

function download(call: StorageCall, target: ObjectName): WireResponse {
  const response = downloadObject(call, target);
  const { metadata = {} } = call.storage.object(call.storage.bucket(target.bucket), target.name).details;
  const custom = Object.entries(metadata).map(([key, value]) => [`x-goog-meta-${key.toLowerCase()}`, value]);
  return { ...response, headers: { ...response.headers, ...Object.fromEntries(custom) } };
}

function upload(call: StorageCall, { bucket: bucketName, name }: ObjectName): WireResponse {
  const { storage, caller, query, request } = call;
  for (const header of ['x-goog-copy-source', 'x-goog-resumable'])
    if (request.headers[header] !== undefined) throw notSupported(`The header ${header} of the XML API`);
  const bucket = storage.bucket(bucketName);
  requireOnObject(storage.runtime, caller, 'storage.objects.create', bucketName, name);
  const digests = digestsOf(request.body);
  const md5Hash = headerOf(request, 'content-md5');
  demandDigests(
    { ...digestsIn(request.headers['x-goog-hash']), ...(md5Hash !== undefined && { md5Hash }) },
    digests,
  );
  const metadata = Object.fromEntries(
    Object.keys(request.headers)
      .filter((header) => header.startsWith('x-goog-meta-'))
      .map((header) => [header.slice('x-goog-meta-'.length), headerOf(request, header) ?? '']),
  );
  const version = storage.putObject(bucket, {
    name,
    content: storage.keep(request.body),
    digests,
    attributes: {
      contentType: headerOf(request, 'content-type') ?? 'application/octet-stream',
      contentEncoding: headerOf(request, 'content-encoding'),
      contentDisposition: headerOf(request, 'content-disposition'),
      contentLanguage: headerOf(request, 'content-language'),
      cacheControl: headerOf(request, 'cache-control'),
      metadata,
    },
    conditions: conditionsOf(query),
    mayReplace: () => mayReplace(call, { bucket: bucketName, name }),
    operation: 'insert',
  });
  storage.bill('class-a-operations', bucketName);
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=UTF-8',
      etag: `"${Buffer.from(digests.md5Hash, 'base64').toString('hex')}"`,
      'x-goog-generation': version.id,
      'x-goog-metageneration': '1',
      'x-goog-hash': `crc32c=${digests.crc32c},md5=${digests.md5Hash}`,
      'x-goog-stored-content-length': String(version.content.sizeBytes),
    },
    body: '',
  };
}
