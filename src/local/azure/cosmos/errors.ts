/** An error as Cosmos DB answers it. */
export class CosmosError extends Error {
  override name = 'CosmosError';
  readonly status: number;
  /** The `code` of the body: `NotFound`. */
  readonly code: string;
  /** Sent as `x-ms-substatus`. */
  readonly substatus: number;
  readonly headers: Record<string, string>;
  /** Further members of the body. */
  readonly members: Record<string, unknown>;

  constructor(
    status: number,
    code: string,
    message: string,
    details: { substatus?: number; headers?: Record<string, string>; members?: Record<string, unknown> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.substatus = details.substatus ?? 0;
    this.headers = details.headers ?? {};
    this.members = details.members ?? {};
  }
}

/** The form in which the storage layer behind the gateway words its errors. */
const fromBackend = (text: string) => `Message: ${JSON.stringify({ Errors: [text] })}`;

export const badRequest = (text = 'One of the specified inputs is invalid', substatus = 0) =>
  new CosmosError(400, 'BadRequest', fromBackend(text), { substatus });

/** The partition key in the request is not the one in the item. */
export const partitionKeyMismatch = () =>
  badRequest(
    "PartitionKey extracted from document doesn't match the one specified in the header. Learn more: https://aka.ms/CosmosDB/sql/errors/wrong-pk-value",
    1001,
  );

export const itemNotFound = () =>
  new CosmosError(
    404,
    'NotFound',
    'Entity with the specified id does not exist in the system. More info: https://aka.ms/cosmosdb-tsg-not-found',
  );

/** `owner`: what is missing is the database or container that should hold the resource. */
export const resourceNotFound = (owner: boolean) =>
  new CosmosError(
    404,
    'NotFound',
    fromBackend('Resource Not Found. Learn more: https://aka.ms/cosmosdb-tsg-not-found'),
    { substatus: owner ? 1003 : 0 },
  );

export const conflict = (text = 'Entity with the specified id already exists in the system.') =>
  new CosmosError(409, 'Conflict', text);

export const preconditionFailed = () =>
  new CosmosError(
    412,
    'PreconditionFailed',
    'Operation cannot be performed because one of the specified precondition is not met.',
  );

export const tooLarge = () =>
  new CosmosError(413, 'RequestEntityTooLarge', fromBackend('Request size is too large'));

export const tooManyRequests = (retryAfterMs: number) =>
  new CosmosError(
    429,
    'TooManyRequests',
    fromBackend(
      'Request rate is large. More Request Units may be needed, so no changes were made. Please retry this request later. Learn more: http://aka.ms/cosmosdb-error-429',
    ),
    { substatus: 3200, headers: { 'x-ms-retry-after-ms': String(retryAfterMs) } },
  );

export const unauthorized = (text: string, substatus = 0) =>
  new CosmosError(401, 'Unauthorized', text, { substatus });

export const forbidden = (text: string, substatus = 0) =>
  new CosmosError(403, 'Forbidden', text, { substatus });

/** Something the service has and this implementation does not. */
export const notImplemented = (what: string) =>
  new CosmosError(501, 'NotImplemented', `${what} is not implemented by the local Cosmos DB.`);
