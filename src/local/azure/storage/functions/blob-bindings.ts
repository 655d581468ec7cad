// The blob input and output bindings, by the requests that the host's extension sends.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-blob-input
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-blob-output
import type { WireResponse } from '../../../engine/wire.ts';
import { bound } from '../../functions/binding-data.ts';
import type { InputCall, ReadInput } from '../../functions/input-bindings.ts';
import type { OutputCall, WriteOutput } from '../../functions/output-bindings.ts';
import type { BoundApp } from '../../functions/triggers.ts';
import type { Binding, TypedData } from '../../functions/typed-data.ts';
import { blobPermissions } from '../blob/permissions.ts';
import { element, xmlDocument } from '../xml.ts';
import { BlobClient, blobPath } from './blob-client.ts';
import type { StorageBindings } from './queue-trigger.ts';

/** What the client of the SDK reads and writes at a time. */
const pieceBytes = 4 * 1024 * 1024;

/** A function that binds to a blob which is not there gets nothing, and runs. */
export const readBlobInput =
  (bindings: StorageBindings): ReadInput =>
  async (app, binding, call) =>
    told(binding, call, 'read', async () => {
      if (String(Object(binding.properties).supportsDeferredBinding).toLowerCase() === 'true')
        throw new Error('an SDK type is not supported; bind the blob itself');
      const content = await read(clientOf(app, binding, call, bindings));
      if (content === undefined) return {};
      // The host gives text to workers unless the binding asks for bytes.
      return String(binding.dataType).toLowerCase() === 'binary'
        ? { bytes: content }
        : { string: content.toString() };
    });

/** Writes as a stream: an empty blob first, then its blocks, which are committed when the stream is flushed and when it ends. */
export const writeBlobOutput =
  (bindings: StorageBindings): WriteOutput =>
  async (app, { binding, data }, call) =>
    told(binding, call, 'write', async () => {
      const client = clientOf(app, binding, call, bindings);
      makeContainer(client);
      write(client, bytesOf(data), call.invocationId);
    });

function clientOf(
  app: BoundApp,
  binding: Binding,
  { functionName, bindingData }: InputCall | OutputCall,
  bindings: StorageBindings,
): BlobClient {
  const { clock, random } = bindings.runtime;
  const path = bound(String(binding.path), bindingData(), { functionName, nowMs: clock.now(), random });
  return new BlobClient(app, binding, blobPath(path), bindings);
}

/** `undefined` when there is no such blob, or no such container. */
async function read(client: BlobClient): Promise<Buffer | undefined> {
  const permission = blobPermissions.read;
  const head = client.blob({ method: 'HEAD', permission, expected: [404] });
  if (head.status === 404) return undefined;
  const sizeBytes = Number(head.headers['content-length']);
  const pieces: Buffer[] = [];
  for (let start = 0; start < sizeBytes; start += pieceBytes) {
    const headers = {
      'x-ms-range': `bytes=${start}-${start + pieceBytes - 1}`,
      'if-match': String(head.headers.etag),
    };
    pieces.push(await bytesIn(client.blob({ method: 'GET', headers, permission })));
  }
  return Buffer.concat(pieces);
}

async function bytesIn({ body }: WireResponse): Promise<Buffer> {
  if (typeof body === 'string' || Buffer.isBuffer(body)) return Buffer.from(body);
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

function makeContainer(client: BlobClient): void {
  const { readContainer, writeContainer } = blobPermissions;
  const found = client.container({ method: 'GET', permission: readContainer, expected: [404] });
  if (found.status === 404) client.container({ method: 'PUT', permission: writeContainer, expected: [409] });
}

/** Metadata that the blob has already stays; the invocation is noted beside it. */
function write(client: BlobClient, content: Buffer, invocationId: string): void {
  const put = (request: { query?: string; headers?: Record<string, string>; body?: Buffer }) =>
    client.blob({ method: 'PUT', permission: blobPermissions.write, ...request });
  const head = client.blob({ method: 'HEAD', permission: blobPermissions.read, expected: [404] });
  const known = Object.entries(head.headers).filter(([name]) => name.startsWith('x-ms-meta-'));
  const metadata = {
    ...Object.fromEntries(known.map(([name, value]) => [name, String(value)])),
    'x-ms-meta-azurewebjobsparentid': invocationId,
  };
  const created = put({ headers: { 'x-ms-blob-type': 'BlockBlob', ...metadata } });
  const ids: string[] = [];
  for (let start = 0; start < content.length; start += pieceBytes) {
    const id = Buffer.from(String(ids.length).padStart(48, '0')).toString('base64');
    ids.push(id);
    const body = content.subarray(start, start + pieceBytes);
    put({ query: `comp=block&blockid=${encodeURIComponent(id)}`, body });
  }
  const list = xmlDocument(element('BlockList', ids.map((id) => element('Latest', id)).join('')));
  const commit = ({ headers: { etag } }: WireResponse) =>
    put({
      query: 'comp=blocklist',
      headers: { 'if-match': String(etag), ...metadata },
      body: Buffer.from(list),
    });
  // Once when the stream is flushed and once when it is closed, so that one output causes three events.
  // https://github.com/Azure/azure-sdk-for-net/issues/47158
  commit(commit(created));
}

function bytesOf({ string, json, bytes, int, double, ...other }: TypedData): Buffer {
  if (bytes !== undefined) return Buffer.from(bytes);
  const text = string ?? json ?? int ?? double ?? Object.values(other)[0];
  return Buffer.from(typeof text === 'object' ? JSON.stringify(Object.values(text)[0]) : String(text ?? ''));
}

/** What fails says for which function and binding. */
async function told<Result>(
  { path }: Binding,
  { functionName }: { functionName: string },
  verb: 'read' | 'write',
  run: () => Promise<Result>,
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw new Error(
      `Function ${functionName} could not ${verb} the blob of its binding to ${path}: ${(error as Error).message}`,
    );
  }
}
