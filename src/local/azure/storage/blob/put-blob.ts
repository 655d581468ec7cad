// Put Blob, Put Block, Put Block List, Get Block List.
// https://learn.microsoft.com/rest/api/storageservices/put-blob and its neighbours
import { createHash } from 'node:crypto';
import { BlobContent } from '../../../engine/blob-content.ts';
import { badRequest, invalidQuery, missingParameter, StorageError, unsupported } from '../errors.ts';
import { httpDate, type StorageReply, type StorageRequest } from '../storage-request.ts';
import { element, textElements, xmlDocument } from '../xml.ts';
import type { BlobContext } from './blob-context.ts';
import { propertiesOf, tagsOf, writtenHeaders } from './blob-headers.ts';
import { checkCreate } from './conditions.ts';
import type { Blob, Block } from './container.ts';
import { blobPermissions } from './permissions.ts';

const mostBlocks = 50_000;
const longestBlockIdBytes = 64;
const md5Bytes = 16;

export function putBlob(context: BlobContext): StorageReply {
  const { call, container, key } = context;
  const type = call.header('x-ms-blob-type');
  if (type === undefined)
    throw badRequest(
      'MissingRequiredHeader',
      "An HTTP header that's mandatory for this request is not specified.",
      {
        HeaderName: 'x-ms-blob-type',
      },
    );
  if (type !== 'BlockBlob') throw unsupported(`The blob type ${type}`);
  context.authorizeWrite();
  checkCreate(call, context.current);
  context.checkLease();
  const md5 = checkedMd5(call, call.header('x-ms-blob-content-md5') ?? call.header('content-md5'));
  const blob = container.bucket.put({
    key,
    content: context.account.store.keep(call.request.body),
    etag: context.account.nextEtag(),
    details: {
      ...propertiesOf(call, { own: true }),
      contentMd5: md5,
      metadata: call.metadata(),
      tags: tagsOf(call),
      blocks: [],
    },
    operation: 'PutBlob',
  });
  return created(context, blob, 'PutBlob', md5);
}

/** The blob is there: its upload is over, whoever listens is told, and the client gets what it may check. */
function created(context: BlobContext, blob: Blob, operation: string, md5: string): StorageReply {
  const { container, key } = context;
  container.bucket.endUpload(key);
  context.tell('created', operation, blob);
  return {
    status: 201,
    headers: {
      ...writtenHeaders(container, blob),
      'content-md5': md5,
      'x-ms-request-server-encrypted': 'true',
    },
  };
}

export function putBlock(context: BlobContext): StorageReply {
  const { call } = context;
  context.authorizeWrite();
  context.checkLease();
  const expected = call.header('content-md5');
  const md5 = checkedMd5(call, expected);
  stageBlock(context, context.account.store.keep(call.request.body));
  return {
    status: 201,
    headers: {
      ...(expected !== undefined && { 'content-md5': md5 }),
      'x-ms-request-server-encrypted': 'true',
    },
  };
}

/** Keeps a block, uncommitted, under the id that the request gives it. @throws StorageError, a 400 */
export function stageBlock({ call, container, key, account }: BlobContext, content: BlobContent): void {
  const given = call.query.get('blockid');
  if (given === null) throw missingParameter('blockid');
  const id = given.replaceAll(' ', '+');
  const bytes = Buffer.from(id, 'base64');
  if (id === '' || bytes.toString('base64') !== id)
    throw invalidQuery('blockid', id, 'Not a valid base64 string.');
  if (bytes.length > longestBlockIdBytes)
    throw badRequest('OutOfRangeInput', 'One of the request inputs is out of range.');
  const { bucket } = container;
  const upload = bucket.upload(key) ?? bucket.startUpload({ id: key, key, details: emptyDetails });
  const [other] = upload.parts.keys();
  if (other !== undefined && other.length !== id.length)
    throw badRequest('InvalidBlobOrBlock', 'The specified blob or block content is invalid.');
  bucket.putPart(key, { id, content, etag: account.nextEtag(), details: undefined });
}

const emptyDetails = { contentType: 'application/octet-stream', metadata: {}, tags: {}, blocks: [] };

export function putBlockList(context: BlobContext): StorageReply {
  const { call, container, key } = context;
  context.authorizeWrite();
  checkCreate(call, context.current);
  context.checkLease();
  const md5 = checkedMd5(call, call.header('content-md5'));
  const blocks = chosenBlocks(context);
  const blob = container.bucket.put({
    key,
    content: BlobContent.concat(blocks.map(({ content }) => content)),
    etag: context.account.nextEtag(),
    details: {
      ...propertiesOf(call, { own: false }),
      metadata: call.metadata(),
      tags: tagsOf(call),
      blocks,
    },
    operation: 'PutBlockList',
  });
  return created(context, blob, 'PutBlockList', md5);
}

function chosenBlocks({ call, container, key, current }: BlobContext): Block[] {
  const list = call.xml();
  if (list.name !== 'BlockList')
    throw badRequest('InvalidXmlDocument', 'XML specified is not syntactically valid.');
  const committed = new Map(current?.details.blocks.map((block) => [block.id, block]));
  const uncommitted = container.bucket.upload(key)?.parts;
  if (list.children.length > mostBlocks)
    throw new StorageError(
      409,
      'BlockCountExceedsLimit',
      'The committed block count cannot exceed the maximum limit of 50,000 blocks.',
    );
  return list.children.map(({ name, text }) => {
    const staged = name === 'Committed' ? undefined : uncommitted?.get(text);
    const found = staged ?? (name === 'Uncommitted' ? undefined : committed.get(text));
    if (!found || !['Committed', 'Uncommitted', 'Latest'].includes(name))
      throw badRequest('InvalidBlockList', 'The specified block list is invalid.');
    return { id: text, content: found.content };
  });
}

export function getBlockList(context: BlobContext): StorageReply {
  const { call, container, key } = context;
  context.authorize(blobPermissions.read);
  const { current } = context;
  const uncommitted = container.bucket.upload(key)?.parts;
  if (!current && !uncommitted) context.find();
  const kind = call.query.get('blocklisttype')?.toLowerCase() ?? 'committed';
  if (!['committed', 'uncommitted', 'all'].includes(kind))
    throw invalidQuery('blocklisttype', kind, 'It is committed, uncommitted or all');
  const blocks = (all: Iterable<Block>) =>
    [...all]
      .map(({ id, content }) => element('Block', textElements({ Name: id, Size: content.sizeBytes })))
      .join('');
  const staged = [...(uncommitted?.values() ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1));
  const lists = [
    kind === 'uncommitted' ? '' : element('CommittedBlocks', blocks(current?.details.blocks ?? [])),
    kind === 'committed' ? '' : element('UncommittedBlocks', blocks(staged)),
  ];
  return {
    status: 200,
    headers: {
      'content-type': 'application/xml',
      ...(current && {
        etag: `"${current.etag}"`,
        'last-modified': httpDate(current.updatedAtMs),
      }),
      'x-ms-blob-content-length': String(current?.content.sizeBytes ?? 0),
    },
    body: xmlDocument(element('BlockList', lists.join(''))),
  };
}

/** The MD5 of the body in base64, which is what the client expects, if anything. @throws StorageError, a 400 */
function checkedMd5(call: StorageRequest, expected: string | undefined): string {
  if (call.header('x-ms-content-crc64') !== undefined) throw unsupported('The header x-ms-content-crc64');
  const md5 = createHash('md5').update(call.request.body).digest('base64');
  if (expected !== undefined && Buffer.from(expected, 'base64').length !== md5Bytes)
    throw badRequest(
      'InvalidMd5',
      'The MD5 value specified in the request is invalid. MD5 value must be 128 bits and base64 encoded.',
    );
  if (expected !== undefined && expected !== md5)
    throw badRequest(
      'Md5Mismatch',
      'The MD5 value specified in the request did not match with the MD5 value calculated by the server.',
      { UserSpecifiedMd5: expected, ServerCalculatedMd5: md5 },
    );
  return md5;
}
