import { element, textElements, xmlDocument } from './xml.ts';

interface Extra {
  headers?: Record<string, string>;
  /** Further members of the answer: `AuthenticationErrorDetail`. */
  details?: Record<string, string>;
}

/**
 * A refusal, in the vendor's words. https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2 and
 * its neighbours for blobs and queues
 */
export class StorageError extends Error {
  override name = 'StorageError';
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;
  readonly #details: Record<string, string>;

  constructor(status: number, code: string, message: string, { headers = {}, details = {} }: Extra = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.#details = details;
  }

  /** `time` as ISO 8601. */
  body(requestId: string, time: string): string {
    const message = `${this.message}\nRequestId:${requestId}\nTime:${time}`;
    const members = textElements({ Code: this.code, Message: message, ...this.#details });
    return `\uFEFF${xmlDocument(element('Error', members))}`;
  }
}

export const notFound = (code: string, message: string): StorageError => new StorageError(404, code, message);
export const conflict = (code: string, message: string): StorageError => new StorageError(409, code, message);
export const badRequest = (
  code: string,
  message: string,
  details: Record<string, string> = {},
): StorageError => new StorageError(400, code, message, { details });

export const conditionNotMet = (): StorageError =>
  new StorageError(
    412,
    'ConditionNotMet',
    'The condition specified using HTTP conditional header(s) is not met.',
  );

/** A 304, which has no body. */
export const notModified = (): StorageError =>
  new StorageError(
    304,
    'ConditionNotMet',
    'The condition specified using HTTP conditional header(s) is not met.',
  );

export const invalidHeader = (name: string, value: string): StorageError =>
  badRequest('InvalidHeaderValue', 'The value for one of the HTTP headers is not in the correct format.', {
    HeaderName: name,
    HeaderValue: value,
  });

export const invalidQuery = (name: string, value: string, reason: string): StorageError =>
  badRequest(
    'InvalidQueryParameterValue',
    'Value for one of the query parameters specified in the request URI is invalid.',
    { QueryParameterName: name, QueryParameterValue: value, Reason: reason },
  );

export const outOfRange = (name: string, value: string, minimum: number, maximum: number): StorageError =>
  badRequest(
    'OutOfRangeQueryParameterValue',
    'One of the query parameters specified in the request URI is outside the permissible range.',
    {
      QueryParameterName: name,
      QueryParameterValue: value,
      MinimumAllowed: String(minimum),
      MaximumAllowed: String(maximum),
    },
  );

export const invalidXml = (reason: string): StorageError =>
  badRequest('InvalidXmlDocument', 'XML specified is not syntactically valid.', { Reason: reason });

export const missingParameter = (name: string): StorageError =>
  badRequest(
    'MissingRequiredQueryParameter',
    'A required query parameter was not specified for this request.',
    { QueryParameterName: name },
  );

/** @param what operation or feature, in the vendor's name */
export const unsupported = (what: string): StorageError =>
  new StorageError(501, 'NotImplemented', `${what} is not supported by the local Azure Storage.`);

export const serverBusy = (): StorageError =>
  new StorageError(503, 'ServerBusy', 'The server is busy.', { headers: { 'retry-after': '1' } });

export const internalError = (): StorageError =>
  new StorageError(
    500,
    'InternalError',
    'The server encountered an internal error. Please retry the request.',
  );

export const unsupportedVerb = (): StorageError =>
  new StorageError(405, 'UnsupportedHttpVerb', "The resource doesn't support specified Http Verb.");
