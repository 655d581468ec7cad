import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import { AwsError } from '../service.ts';
import { createBucket, listBuckets } from './account-operations.ts';
import { anonymous, callerOf, callOf, type Ids, type S3Service, signedBy } from './caller.ts';
import { corsHeaders, preflight } from './cors.ts';
import { accessDenied, invalidArgument, S3Error, s3Error } from './errors.ts';
import { parseForm } from './form.ts';
import { requestId as newRequestId } from './notifications.ts';
import { writeAccess } from './object-write.ts';
import { emptyAnswer } from './operation.ts';
import { checkPostPolicy, keyOfForm, postObject, requestOfForm } from './post-object.ts';
import { header, parseRequest, type S3Request } from './request.ts';
import { operationOf } from './routes.ts';
import type { S3Store } from './store.ts';
import { xmlDocument } from './xml.ts';

const hostIdAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Answers one request. Every `AwsError` becomes an error document; any other error is thrown on. */
export async function answer(wire: WireRequest, service: S3Service): Promise<WireResponse> {
  const { store } = service;
  const { random } = store.runtime;
  const ids = { requestId: newRequestId(random), hostId: `${random.text(43, hostIdAlphabet)}=` };
  const idHeaders = { 'x-amz-request-id': ids.requestId, 'x-amz-id-2': ids.hostId };
  let cors: Record<string, string> = {};
  try {
    const request = parseRequest(wire);
    const origin = header(request, 'origin');
    const bucket = request.bucket === undefined ? undefined : store.find(request.bucket);
    if (origin !== undefined && bucket)
      cors = corsHeaders(bucket.cors, { origin, method: request.method, headers: [] });
    const response = await answerRequest(request, ids, service);
    Object.assign(response.headers, idHeaders, cors);
    return response;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return errorAnswer(error, wire, ids, { ...idHeaders, ...cors });
  }
}

function errorAnswer(
  error: AwsError,
  wire: WireRequest,
  { requestId, hostId }: Ids,
  headers: Record<string, string>,
): WireResponse {
  const { code, message, status } = error;
  const members = error.members as Record<string, string | number>;
  return {
    status,
    headers: {
      ...headers,
      ...(error instanceof S3Error && error.headers),
      'content-type': 'application/xml',
    },
    body:
      wire.method === 'HEAD'
        ? ''
        : xmlDocument(
            'Error',
            {
              Code: code,
              Message: message,
              ...members,
              Resource: wire.path,
              RequestId: requestId,
              HostId: hostId,
            },
            false,
          ),
  };
}

function answerRequest(
  request: S3Request,
  ids: Ids,
  service: S3Service,
): WireResponse | Promise<WireResponse> {
  const { store } = service;
  if (request.method === 'OPTIONS') return answerPreflight(request, store);
  const form = /^multipart\/form-data/i.test(header(request, 'content-type') ?? '');
  if (request.method === 'POST' && form && request.key === undefined)
    return answerForm(request, ids, service);
  const caller = callerOf(request, service);
  checkOwner(request, store);
  if (request.bucket === undefined) return listBuckets(request, caller, store);
  if (request.key === undefined && request.method === 'PUT' && request.query.size === 0)
    return createBucket(request, request.bucket, caller, store);
  const bucket = store.bucket(request.bucket);
  const call = callOf(request, bucket, request.key ?? '', caller, ids, store);
  const operation = operationOf(request);
  // A failed request is paid for as well. https://aws.amazon.com/s3/pricing/
  if (operation.price !== 'free') store.meter(operation.price, bucket.name);
  call.authorize(operation.access(call));
  return operation.run(call);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html */
function checkOwner(request: S3Request, { runtime }: S3Store): void {
  for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
    const expected = header(request, name);
    if (expected !== undefined && expected !== runtime.accountId) throw accessDenied();
  }
}

function answerPreflight(request: S3Request, store: S3Store): WireResponse {
  const origin = header(request, 'origin');
  const method = header(request, 'access-control-request-method');
  if (origin === undefined || method === undefined)
    throw s3Error('BadRequest', 'Insufficient information. Origin request header needed.');
  const headers = (header(request, 'access-control-request-headers') ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const { cors } = store.bucket(request.bucket ?? '');
  return emptyAnswer(200, preflight(cors, { origin, method, headers }));
}

/** An upload by an HTML form. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html */
function answerForm(request: S3Request, ids: Ids, service: S3Service): WireResponse {
  const { store } = service;
  const bucket = store.bucket(request.bucket ?? '');
  const form = parseForm(header(request, 'content-type') ?? '', request.body);
  if (!form.fields.has('key'))
    throw invalidArgument(
      'key',
      '',
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
    );
  let caller = anonymous(service);
  if (form.fields.has('policy')) {
    checkPostPolicy(form, bucket.name, service.signing);
    caller = signedBy(form.fields.get('x-amz-credential')?.split('/')[0] ?? '', service);
  }
  const upload = requestOfForm(request, form);
  const call = callOf(upload, bucket, keyOfForm(form), caller, ids, store);
  store.meter('put', bucket.name);
  call.authorize(writeAccess(call));
  return postObject(call, form);
}
