/**
 * Data of one binding, as Azure's host and its language workers exchange it. Exactly one member is present.
 * https://github.com/Azure/azure-functions-language-worker-protobuf/blob/dev/src/proto/FunctionRpc.proto
 */
export interface TypedData {
  string?: string;
  json?: string;
  bytes?: Uint8Array;
  int?: number;
  double?: number;
  http?: HttpData;
  collectionString?: { string: string[] };
  collectionBytes?: { bytes: Uint8Array[] };
  collectionDouble?: { double: number[] };
  collectionSint64?: { sint64: number[] };
}

export interface HttpData {
  method?: string;
  url?: string;
  headers?: Record<string, string>;
  query?: Record<string, string>;
  params?: Record<string, string>;
  body?: TypedData | null;
  /** Of an answer. */
  statusCode?: string;
  cookies?: HttpCookie[];
}

/** Optional members are wrapped in `{ value }`, as protobuf's wrapper types are. */
export interface HttpCookie {
  name: string;
  value: string;
  domain?: { value?: string };
  path?: { value?: string };
  expires?: { value?: string | number | Date };
  secure?: { value?: boolean };
  httpOnly?: { value?: boolean };
  sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone';
  maxAge?: { value?: number };
}

export interface NamedData {
  name: string;
  data: TypedData;
}

/** One binding of a function, with the attributes of its type (`route`, `queueName`, `connection`, ...). */
export interface Binding {
  type: string;
  direction: 'in' | 'out' | 'inout';
  [attribute: string]: unknown;
}

/** What an app registers; `bindings` by binding name, `$return` being the returned value. */
export interface FunctionMetadata {
  name: string;
  bindings: Record<string, Binding>;
  retryOptions?: Record<string, unknown>;
}

/** Bytes inside `value` are moved behind each other into one payload, so that the rest is plain JSON. */
export function pack(value: unknown): { json: unknown; payload: Buffer } {
  const parts: Uint8Array[] = [];
  let offset = 0;
  const replace = (part: unknown): unknown => {
    if (part instanceof Uint8Array) {
      parts.push(part);
      offset += part.byteLength;
      return { $bytes: [offset - part.byteLength, offset] };
    }
    if (Array.isArray(part)) return part.map(replace);
    if (typeof part === 'object' && part !== null && !(part instanceof Date)) {
      return Object.fromEntries(Object.entries(part).map(([key, member]) => [key, replace(member)]));
    }
    return part;
  };
  return {
    json: replace(value),
    payload: parts.length === 1 && parts[0] ? asBuffer(parts[0]) : Buffer.concat(parts),
  };
}

/** The reverse of `pack`. */
export function unpack(json: unknown, payload: Buffer): unknown {
  if (Array.isArray(json)) return json.map((member) => unpack(member, payload));
  if (typeof json !== 'object' || json === null) return json;
  if ('$bytes' in json && Array.isArray(json.$bytes)) {
    const [start, end] = json.$bytes;
    return payload.subarray(start, end);
  }
  return Object.fromEntries(Object.entries(json).map(([key, member]) => [key, unpack(member, payload)]));
}

const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
