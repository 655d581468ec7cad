// Errors in the form of the JSON API. https://docs.cloud.google.com/storage/docs/json_api/v1/status-codes
import type { WireResponse } from '../../engine/wire.ts';

export interface StorageErrorLocation {
  locationType: 'header' | 'parameter';
  location: string;
}

/** A request that Cloud Storage refuses. */
export class StorageError extends Error {
  override name = 'StorageError';
  readonly status: number;
  readonly reason: string;
  readonly place: StorageErrorLocation | undefined;

  constructor(status: number, reason: string, message: string, place?: StorageErrorLocation) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.place = place;
  }
}

export const noSuchObject = (bucket: string, name: string) =>
  new StorageError(404, 'notFound', `No such object: ${bucket}/${name}`);

export const noSuchBucket = () => new StorageError(404, 'notFound', 'The specified bucket does not exist.');

export const preconditionFailed = (location = 'If-Match') =>
  new StorageError(412, 'conditionNotMet', 'At least one of the pre-conditions you specified did not hold.', {
    locationType: 'header',
    location,
  });

export const invalid = (message: string) => new StorageError(400, 'invalid', message);

/** What Google has and the local cloud has not. */
export const notSupported = (what: string) =>
  new StorageError(501, 'notImplemented', `${what} is not supported by the local cloud's Cloud Storage.`);

/** The JSON body that every method but a download answers with. */
export function errorResponse(error: StorageError): WireResponse {
  const { status, reason, message, place } = error;
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      ...(status === 401 && { 'www-authenticate': 'Bearer realm="https://accounts.google.com/"' }),
    },
    body: JSON.stringify({
      error: { code: status, message, errors: [{ message, domain: 'global', reason, ...place }] },
    }),
  };
}

/** A refused download: the message alone. */
export const downloadErrorResponse = ({ status, message }: StorageError): WireResponse => ({
  status,
  headers: { 'content-type': 'text/html; charset=UTF-8' },
  body: message,
});

const xmlCodes: Record<string, string> = {
  authError: 'AuthenticationRequired',
  conditionNotMet: 'PreconditionFailed',
  forbidden: 'AccessDenied',
  invalid: 'InvalidArgument',
  notImplemented: 'NotImplemented',
  rateLimitExceeded: 'SlowDown',
  requestedRangeNotSatisfiable: 'InvalidRange',
  required: 'AccessDenied',
  signatureDoesNotMatch: 'SignatureDoesNotMatch',
  expiredToken: 'ExpiredToken',
};

/** https://docs.cloud.google.com/storage/docs/xml-api/reference-status */
export function xmlErrorResponse({ status, reason, message }: StorageError): WireResponse {
  const notFound = message.startsWith('No such object') ? 'NoSuchKey' : 'NoSuchBucket';
  const code = reason === 'notFound' ? notFound : (xmlCodes[reason] ?? 'InternalError');
  const text = xmlTexts[code];
  const body = text
    ? `<Message>${text}</Message><Details>${escaped(message)}</Details>`
    : `<Message>${escaped(message)}</Message>`;
  return {
    status: reason === 'required' ? 403 : status,
    headers: { 'content-type': 'application/xml; charset=UTF-8' },
    body: `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code>${body}</Error>`,
  };
}

const xmlTexts: Record<string, string> = {
  AccessDenied: 'Access denied.',
  NoSuchBucket: 'The specified bucket does not exist.',
  NoSuchKey: 'The specified key does not exist.',
};

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
