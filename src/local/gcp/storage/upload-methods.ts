/** The three ways to upload an object. https://docs.cloud.google.com/storage/docs/uploads-downloads */
import type { WireResponse } from '../../engine/wire.ts';
import { requireOnObject } from './access.ts';
import { headerOf, jsonBody, jsonResponse, type StorageCall } from './call.ts';
import { conditionsOf, demandConditions } from './conditions.ts';
import { type Digests, demandDigests, digestsIn, digestsOf } from './digest.ts';
import { parseMultipartRelated } from './multipart-related.ts';
import { type AttributesBody, checkObjectName, objectResource, type StorageObject } from './object.ts';
import { attributesOf, mayReplace } from './object-methods.ts';
import { invalid, StorageError } from './storage-error.ts';

const defaultContentType = 'application/octet-stream';

/** `POST` or `PUT /upload/storage/v1/b/bucket/o` */
export function uploadObject(call: StorageCall, bucket: string): WireResponse {
  const uploadType = call.query.get('uploadType');
  const isSession = call.query.has('upload_id');
  if (isSession) return continueUpload(call);
  if (uploadType === 'media') return uploadMedia(call, bucket);
  if (uploadType === 'multipart') return uploadMultipart(call, bucket);
  if (uploadType === 'resumable') return startUpload(call, bucket);
  throw invalid(`Invalid value for parameter uploadType: ${uploadType ?? ''}`);
}

function uploadMedia(call: StorageCall, bucket: string): WireResponse {
  const { query, request } = call;
  return store(call, bucket, request.body, {
    name: query.get('name') ?? '',
    ...contentTypeAttribute(headerOf(request, 'content-type')),
    ...(query.get('contentEncoding') && { contentEncoding: query.get('contentEncoding') }),
  });
}

function uploadMultipart(call: StorageCall, bucket: string): WireResponse {
  const { request } = call;
  const parts = parseMultipartRelated(headerOf(request, 'content-type') ?? '', request.body);
  const [metadata, media] = parts;
  if (!metadata || !media || parts.length !== 2)
    throw invalid('Multipart uploads have two parts: metadata and content.');
  const body = jsonBody(metadata.content);
  return store(call, bucket, media.content, {
    ...contentTypeAttribute(media.headers['content-type']),
    ...body,
  });
}

const contentTypeAttribute = (contentType: string | undefined) => ({
  contentType: contentType ?? defaultContentType,
});

function store(
  call: StorageCall,
  bucketName: string,
  bytes: Buffer,
  body: Record<string, unknown>,
): WireResponse {
  const { storage, caller, query, request } = call;
  const bucket = storage.bucket(bucketName);
  const attributes = named(attributesOf(body), query);
  const target = { bucket: bucketName, name: attributes.name };
  requireOnObject(storage.runtime, caller, 'storage.objects.create', bucketName, target.name);
  const digests = digestsOf(bytes);
  demandDigests({ ...expectedBy(attributes), ...digestsIn(request.headers['x-goog-hash']) }, digests);
  const version = storage.putObject(bucket, {
    name: target.name,
    content: storage.keep(bytes),
    digests,
    attributes,
    conditions: conditionsOf(query),
    mayReplace: () => mayReplace(call, target),
    operation: 'insert',
  });
  return stored(call, bucketName, version);
}

function stored(call: StorageCall, bucket: string, version: StorageObject): WireResponse {
  call.storage.bill('class-a-operations', bucket);
  return jsonResponse(call, objectResource(bucket, version));
}

function startUpload(call: StorageCall, bucketName: string): WireResponse {
  const { storage, caller, query, request, origin } = call;
  const bucket = storage.bucket(bucketName);
  const contentType = headerOf(request, 'x-upload-content-type') ?? defaultContentType;
  const attributes = named(attributesOf({ contentType, ...jsonBody(request.body) }), query);
  const { name } = attributes;
  checkObjectName(name);
  requireOnObject(storage.runtime, caller, 'storage.objects.create', bucketName, name);
  const conditions = conditionsOf(query);
  const current = storage.findObject(bucket, name);
  demandConditions(conditions, current);
  if (current) mayReplace(call, { bucket: bucketName, name });
  const id = storage.uploads.open({ bucket: bucketName, name, attributes, conditions, caller });
  const parameters = new URLSearchParams(query);
  parameters.set('upload_id', id);
  return {
    status: 200,
    headers: {
      location: `${origin}/upload/storage/v1/b/${bucketName}/o?${parameters}`,
      'x-guploader-uploadid': id,
    },
    body: '',
  };
}

/** A request to a session. Its id is what allows it: whoever has it goes on as the one who began. */
function continueUpload(call: StorageCall): WireResponse {
  const { storage, query, request } = call;
  const id = query.get('upload_id') ?? '';
  if (request.method === 'DELETE') {
    storage.uploads.cancel(id);
    return { status: 499, headers: {}, body: '' };
  }
  const step = storage.uploads.receive(id, headerOf(request, 'content-range'), request.body);
  if (step.kind === 'repeated') return jsonResponse(call, step.result);
  if (step.kind === 'incomplete')
    return {
      status: 308,
      headers: step.receivedBytes > 0 ? { range: `bytes=0-${step.receivedBytes - 1}` } : {},
      body: '',
    };
  const { target, content, digests } = step;
  const { attributes } = target;
  demandDigests({ ...expectedBy(attributes), ...digestsIn(request.headers['x-goog-hash']) }, digests);
  const owning = { ...call, caller: target.caller };
  const version = storage.putObject(storage.bucket(target.bucket), {
    ...target,
    content,
    digests,
    mayReplace: () => mayReplace(owning, target),
    operation: 'insert',
  });
  step.keepResult(objectResource(target.bucket, version));
  return stored(call, target.bucket, version);
}

/** The name stands in the resource or in the query. @throws StorageError when in neither */
function named(attributes: AttributesBody, query: URLSearchParams): AttributesBody & { name: string } {
  const name = attributes.name ?? query.get('name') ?? '';
  if (name === '') throw new StorageError(400, 'required', 'Required parameter: name');
  return { ...attributes, name };
}

const expectedBy = ({ md5Hash, crc32c }: AttributesBody): Partial<Digests> => ({
  ...(md5Hash !== undefined && { md5Hash }),
  ...(crc32c !== undefined && { crc32c }),
});
