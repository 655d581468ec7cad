/** How requests reach Cloud Storage: which API, as whom, and what goes wrong before any method runs. */
import type { WireHandler, WireRequest, WireResponse } from '../../engine/wire.ts';
import { callerOf } from './access.ts';
import { headerOf, type StorageCall } from './call.ts';
import type { CloudStorage } from './cloud-storage.ts';
import { crossOriginHeaders } from './cross-origin.ts';
import { answerJson, isJsonApi } from './json-api.ts';
import type { ObjectName } from './object-methods.ts';
import { isSigned, type SignatureCheck, signerOf } from './signed-url.ts';
import { downloadErrorResponse, errorResponse, StorageError, xmlErrorResponse } from './storage-error.ts';
import { answerXml } from './xml-api.ts';

const serviceHost = 'storage.googleapis.com';
/** Where plans of faults find this service. */
const place = 'cloud-storage';

/** Whether a host is one of Cloud Storage's: the service's, or that of a bucket under it. */
export const isStorageHost = (host: string) => host === serviceHost || host.endsWith(`.${serviceHost}`);

export interface EndpointOptions {
  storage: CloudStorage;
  /** Of signed URLs. */
  verify: SignatureCheck;
  /** Whether a request without a token is the owner's; an anonymous caller's otherwise. */
  withoutToken: 'owner' | 'anonymous';
}

export function storageEndpoint(options: EndpointOptions): WireHandler {
  return (request) => {
    const isJson = isJsonApi(request.path) && !request.host.endsWith(`.${serviceHost}`);
    const refuse = (error: unknown) => refusal(error, request, isJson);
    try {
      const answer = respond(options, request, isJson);
      return answer instanceof Promise ? answer.catch(refuse) : answer;
    } catch (error) {
      return refuse(error);
    }
  };
}

function respond(
  { storage, verify, withoutToken }: EndpointOptions,
  request: WireRequest,
  isJson: boolean,
): WireResponse | Promise<WireResponse> {
  const { runtime } = storage;
  const isOwner = withoutToken === 'owner';
  if (!isOwner) {
    const { faults } = runtime.course;
    if (faults.strikes('throttle', place))
      throw new StorageError(
        429,
        'rateLimitExceeded',
        'The object exceeded the rate limit for object mutation operations (create, update, and delete). Please reduce your request rate.',
      );
    if (faults.strikes('dependency-down', place))
      throw new StorageError(503, 'backendError', 'We encountered an internal error. Please try again.');
  }
  const query = new URLSearchParams(request.query);
  const authority = headerOf(request, 'host') ?? request.host;
  const call: Omit<StorageCall, 'caller'> = {
    storage,
    request,
    query,
    origin: `${isOwner ? 'http' : 'https'}://${authority}`,
  };
  if (isJson) return answerJson({ ...call, caller: callerOf(runtime, request, isOwner) });
  const target = targetOf(request);
  const rules = storage.hasBucket(target.bucket) ? storage.bucket(target.bucket).configuration.cors : [];
  const crossOrigin = crossOriginHeaders(request, rules);
  if (request.method === 'OPTIONS') return { status: 200, headers: crossOrigin, body: '' };
  const caller = isSigned(query)
    ? signerOf(request, query, { nowMs: runtime.clock.now(), verify, host: serviceHost })
    : callerOf(runtime, request, isOwner);
  const answer = answerXml({ ...call, caller }, target);
  return { ...answer, headers: { ...answer.headers, ...crossOrigin } };
}

/** `/bucket/object`, or the object alone under the bucket's own host. */
function targetOf({ host, path }: WireRequest): ObjectName {
  const text = decodeURIComponent(path.slice(1));
  if (host.endsWith(`.${serviceHost}`)) return { bucket: host.slice(0, -serviceHost.length - 1), name: text };
  const slash = text.indexOf('/');
  return slash === -1
    ? { bucket: text, name: '' }
    : { bucket: text.slice(0, slash), name: text.slice(slash + 1) };
}

function refusal(error: unknown, { query }: WireRequest, isJson: boolean): WireResponse {
  if (!(error instanceof StorageError)) throw error;
  if (error.status === 304) return { status: 304, headers: {}, body: '' };
  if (!isJson) return xmlErrorResponse(error);
  return new URLSearchParams(query).get('alt') === 'media'
    ? downloadErrorResponse(error)
    : errorResponse(error);
}
