import { createHash } from 'node:crypto';
import { BlobStore } from '../../../engine/blob-store.ts';
import type { AzureRuntime } from '../../service.ts';
import type { StorageAccountDefinition } from '../account.ts';
import { authenticate, authorize, type StorageCaller } from '../caller.ts';
import {
  badRequest,
  conflict,
  invalidHeader,
  StorageError,
  unsupported,
  unsupportedVerb,
} from '../errors.ts';
import { delegationKey } from '../sas.ts';
import { httpDate, type StorageReply, type StorageRequest } from '../storage-request.ts';
import { childText, element, escapeXml, textElements, xmlDocument } from '../xml.ts';
import { type BlobAccount, BlobContext, blobNotFound, containerNotFound } from './blob-context.ts';
import type { BlobChange } from './blob-event.ts';
import { deleteBlob, getTags, leaseBlob, setMetadata, setProperties, setTags } from './change-blob.ts';
import { type Blob, BlobContainer, type BlobDetails } from './container.ts';
import { answerContainer } from './container-operations.ts';
import { copyBlob, putBlobFromUrl, putBlockFromUrl } from './copy-blob.ts';
import { checkContainerName } from './list-blobs.ts';
import { blobPermissions } from './permissions.ts';
import { getBlockList, putBlob, putBlock, putBlockList } from './put-blob.ts';
import { readBlob, readMetadata } from './read-blob.ts';

export interface BlobSurroundings {
  runtime: AzureRuntime;
  /** Folder for large blobs, which goes with the run. */
  spillDirectory: string;
  /** The account of that name. */
  account(name: string): { definition: StorageAccountDefinition; blobs: BlobService } | undefined;
}

/** Whoever asks for more gets as many. https://learn.microsoft.com/rest/api/storageservices/list-containers2#uri-parameters */
const largestPage = 5000;

/** The first tick of .NET's clock, of which an entity tag is made, in milliseconds before the Unix epoch. */
const ticksEpochMs = 62_135_596_800_000n;

/** The blobs of one storage account. https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api */
export class BlobService implements BlobAccount {
  readonly account: StorageAccountDefinition;
  readonly store: BlobStore<BlobDetails>;
  readonly #surroundings: BlobSurroundings;
  readonly #containers = new Map<string, BlobContainer>();
  readonly #listeners = new Set<(change: BlobChange) => void>();
  readonly #containerListeners = new Set<(container: BlobContainer) => void>();
  #lastTick = 0n;
  #changes = 0;

  constructor(account: StorageAccountDefinition, surroundings: BlobSurroundings) {
    this.account = account;
    this.#surroundings = surroundings;
    const { clock, course } = surroundings.runtime;
    this.store = new BlobStore<BlobDetails>({
      clock,
      course,
      spillDirectory: surroundings.spillDirectory,
      history: 'versions',
      versionId: ({ nowMs, sequence }) => versionId(nowMs, sequence),
    });
  }

  /** By name. */
  get containers(): BlobContainer[] {
    return [...this.#containers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  container(name: string): BlobContainer | undefined {
    return this.#containers.get(name);
  }

  get keepsDeleted(): boolean {
    return this.account.versioningEnabled || this.account.blobRetentionDays !== undefined;
  }

  scope(container: string): string {
    return `${this.account.id}/blobServices/default/containers/${container}`;
  }

  /** @throws StorageError when the name is not valid, or taken */
  create(name: string, metadata: Record<string, string> = {}): BlobContainer {
    checkContainerName(name);
    if (this.#containers.has(name))
      throw conflict('ContainerAlreadyExists', 'The specified container already exists.');
    const container = new BlobContainer(this.store.create(name), {
      id: this.scope(name),
      metadata,
      etag: this.nextEtag(),
    });
    if (this.account.versioningEnabled) container.bucket.versioning = 'on';
    this.#containers.set(name, container);
    container.bucket.onEvent(({ kind, cause, version }) => {
      // A policy deletes as a client does; versions go without a word.
      const isBase = kind === 'archived' || (kind === 'removed' && container.bucket.versioning === 'off');
      if (cause === 'expiry' && isBase && version.kind === 'object')
        this.#tellOwn('deleted', 'DeleteBlob', container, version);
    });
    for (const listener of this.#containerListeners) listener(container);
    return container;
  }

  /** Puts a blob as the platform or the owner does, who are in no need of permissions. */
  put(
    container: BlobContainer,
    key: string,
    bytes: Buffer,
    details: Pick<BlobDetails, 'contentType' | 'cacheControl'> & { metadata?: Record<string, string> },
  ): Blob {
    const contentMd5 = createHash('md5').update(bytes).digest('base64');
    const blob = container.bucket.put({
      key,
      content: this.store.keep(bytes),
      etag: this.nextEtag(),
      details: { metadata: {}, ...details, contentMd5, tags: {}, blocks: [] },
      operation: 'PutBlob',
    });
    container.bucket.endUpload(key);
    this.#tellOwn('created', 'PutBlob', container, blob);
    return blob;
  }

  /** Deletes a blob as the platform or the owner does; nothing happens when there is none. */
  remove(container: BlobContainer, key: string): void {
    const blob = container.bucket.current(key);
    if (!blob) return;
    container.bucket.delete(key, 'DeleteBlob');
    container.forgetLease(key);
    this.#tellOwn('deleted', 'DeleteBlob', container, blob);
  }

  delete(name: string): void {
    this.store.delete(name);
    this.#containers.delete(name);
  }

  /** @throws StorageError, a 404 */
  find(name: string): BlobContainer {
    const container = this.#containers.get(name);
    if (!container) throw containerNotFound();
    return container;
  }

  /** `0x8DD15A69488FE5A`: never the same twice. */
  nextEtag(): string {
    const now = (BigInt(this.#surroundings.runtime.clock.now()) + ticksEpochMs) * 10_000n;
    this.#lastTick = now > this.#lastTick ? now : this.#lastTick + 1n;
    return `0x${this.#lastTick.toString(16).toUpperCase()}`;
  }

  /** Calls `listener` with every change of a blob from now on. Returns its undo. */
  onChange(listener: (change: BlobChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `listener` with every container, those that are there already included. */
  onContainer(listener: (container: BlobContainer) => void): void {
    for (const container of this.#containers.values()) listener(container);
    this.#containerListeners.add(listener);
  }

  tell(change: Omit<BlobChange, 'account' | 'atMs' | 'sequence'>): void {
    const { id, name } = this.account;
    const atMs = this.#surroundings.runtime.clock.now();
    const told = { ...change, account: { id, name }, atMs, sequence: ++this.#changes };
    for (const listener of this.#listeners) listener(told);
  }

  source(url: string, call: StorageRequest, by: 'copy' | 'url'): Blob {
    const { runtime } = this.#surroundings;
    const unverified = (status: number, reason: string) =>
      new StorageError(status, 'CannotVerifyCopySource', reason);
    if (!URL.canParse(url)) throw invalidHeader('x-ms-copy-source', url);
    const target = new URL(url);
    const place = sourcePlace(target);
    const found = place && this.#surroundings.account(place.account);
    if (!place || !found) throw unverified(404, 'The specified resource does not exist.');
    const request = {
      ...call.request,
      method: 'GET',
      query: target.search.slice(1),
      headers: { authorization: call.header('x-ms-copy-source-authorization') },
    };
    const isSigned = request.headers.authorization !== undefined || target.searchParams.has('sig');
    if (!isSigned && found.definition.id !== this.account.id)
      throw unverified(409, 'Public access is not permitted on this storage account.');
    // Within an account the caller's own rights count.
    const caller: StorageCaller = isSigned
      ? authenticate(runtime, found.definition, request, place)
      : call.caller;
    authorize(runtime, caller, blobPermissions.read, found.blobs.scope(place.container), place);
    const id = target.searchParams.get('versionid');
    const bucket = found.blobs.container(place.container)?.bucket;
    const version = id === null ? bucket?.current(place.blob) : bucket?.version(place.blob, id);
    if (version?.kind === 'object') return version;
    if (by === 'url' || found.definition.id !== this.account.id)
      throw unverified(404, 'The specified blob does not exist.');
    throw bucket ? blobNotFound() : containerNotFound();
  }

  /** @throws StorageError */
  answer(call: StorageRequest): StorageReply {
    const { container, blob } = call.place;
    if (container === undefined) return this.#answerAccount(call);
    if (blob === undefined) {
      if (call.query.get('restype') !== 'container') throw unsupported('A blob in the root container');
      return answerContainer(call, container, this);
    }
    return answerBlob(new BlobContext(call, this, { container, blob }));
  }

  close(): void {
    this.store.close();
  }

  #tellOwn(kind: BlobChange['kind'], api: string, container: BlobContainer, blob: Blob): void {
    const { random } = this.#surroundings.runtime;
    this.tell({
      kind,
      api,
      container: container.name,
      blob: blob.key,
      requestId: random.uuid(),
      etag: blob.etag,
      contentType: blob.details.contentType,
      sizeBytes: blob.content.sizeBytes,
    });
  }

  #answerAccount(call: StorageRequest): StorageReply {
    const { query, request } = call;
    const component = query.get('comp');
    if (request.method === 'GET' && component === 'list') return this.#listContainers(call);
    if (request.method === 'POST' && component === 'userdelegationkey') return this.#delegate(call);
    throw unsupported(
      `${request.method} of the blob service with restype=${query.get('restype')} and comp=${component}`,
    );
  }

  #listContainers(call: StorageRequest): StorageReply {
    call.authorize(blobPermissions.readContainer, `${this.account.id}/blobServices/default`);
    const prefix = call.query.get('prefix') ?? '';
    const marker = call.query.get('marker') ?? '';
    const asked = call.number('maxresults', { minimum: 1, maximum: 2 ** 31 - 1 });
    const limit = Math.min(asked ?? largestPage, largestPage);
    const include = call.query.get('include')?.split(',') ?? [];
    const found = this.containers.filter(({ name }) => name.startsWith(prefix) && name >= marker);
    const containers = found.slice(0, limit).map(({ name, etag, modifiedMs, metadata, lease }) => {
      const state = lease.headers(call.nowMs);
      const properties = textElements({
        'Last-Modified': httpDate(modifiedMs),
        Etag: `"${etag}"`,
        LeaseStatus: state['x-ms-lease-status'],
        LeaseState: state['x-ms-lease-state'],
        DefaultEncryptionScope: '$account-encryption-key',
        DenyEncryptionScopeOverride: false,
        HasImmutabilityPolicy: false,
        HasLegalHold: false,
      });
      const more = include.includes('metadata') ? element('Metadata', textElements(metadata)) : '';
      return element(
        'Container',
        `${textElements({ Name: name })}${element('Properties', properties)}${more}`,
      );
    });
    const members = [
      prefix === '' ? '' : element('Prefix', escapeXml(prefix)),
      marker === '' ? '' : element('Marker', escapeXml(marker)),
      asked === undefined ? '' : element('MaxResults', String(asked)),
      element('Containers', containers.join('')),
      element('NextMarker', escapeXml(found[limit]?.name ?? '')),
    ];
    const endpoint = `https://${this.account.name}.blob.core.windows.net/`;
    return xml(element('EnumerationResults', members.join(''), { ServiceEndpoint: endpoint }));
  }

  /** https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key */
  #delegate(call: StorageRequest): StorageReply {
    call.authorize(blobPermissions.delegate, this.account.id);
    const { caller, runtime } = call;
    if (caller.kind !== 'principal' || caller.principal.kind !== 'identity')
      throw new StorageError(
        403,
        'AuthenticationFailed',
        'Only a caller with an Entra ID token can get a user delegation key.',
      );
    const info = call.xml();
    const start = childText(info, 'Start') ?? new Date(call.nowMs).toISOString().replace(/\.\d+/, '');
    const expiry = childText(info, 'Expiry') ?? '';
    const lifetimeMs = Date.parse(expiry) - Math.max(Date.parse(start), call.nowMs);
    if (!(lifetimeMs > 0 && lifetimeMs <= longestDelegationMs))
      throw badRequest(
        'InvalidXmlNodeValue',
        'The value for one of the XML nodes is not in the correct format.',
        {
          XmlNodeName: 'Expiry',
          XmlNodeValue: expiry,
        },
      );
    const terms = {
      objectId: caller.principal.objectId,
      tenantId: runtime.tenantId,
      start,
      expiry,
      service: 'b',
      version: call.header('x-ms-version') ?? '2026-04-06',
    };
    return xml(
      element(
        'UserDelegationKey',
        textElements({
          SignedOid: terms.objectId,
          SignedTid: terms.tenantId,
          SignedStart: start,
          SignedExpiry: expiry,
          SignedService: terms.service,
          SignedVersion: terms.version,
          Value: delegationKey(this.account, terms),
        }),
      ),
    );
  }
}

const longestDelegationMs = 7 * 86_400_000;

function answerBlob(context: BlobContext): StorageReply {
  const { call } = context;
  const { method } = call.request;
  const component = call.query.get('comp');
  const copies = call.header('x-ms-copy-source') !== undefined;
  switch (`${method} ${component ?? ''}`) {
    case 'GET ':
    case 'HEAD ':
    case 'GET metadata':
    case 'HEAD metadata':
      return component === null ? readBlob(context) : readMetadata(context);
    case 'PUT ':
      if (!copies) return putBlob(context);
      return call.header('x-ms-blob-type') === undefined ? copyBlob(context) : putBlobFromUrl(context);
    case 'DELETE ':
      return deleteBlob(context);
    case 'PUT block':
      return copies ? putBlockFromUrl(context) : putBlock(context);
    case 'PUT blocklist':
      return putBlockList(context);
    case 'GET blocklist':
      return getBlockList(context);
    case 'PUT metadata':
      return setMetadata(context);
    case 'PUT properties':
      return setProperties(context);
    case 'PUT lease':
      return leaseBlob(context);
    case 'GET tags':
      return getTags(context);
    case 'PUT tags':
      return setTags(context);
    default:
      if (!['GET', 'HEAD', 'PUT', 'DELETE', 'POST'].includes(method)) throw unsupportedVerb();
      throw unsupported(`${method} of a blob with comp=${component}`);
  }
}

/** A time of 100 nanoseconds' precision, the last digits of which keep versions apart: `2026-11-28T19:50:12.1234567Z`. */
const versionId = (nowMs: number, sequence: number): string =>
  `${new Date(nowMs).toISOString().slice(0, -1)}${String(sequence % 10_000).padStart(4, '0')}Z`;

/** Account, container and blob of a URL, by the host of the cloud or by the path of the loopback. */
function sourcePlace({
  hostname,
  pathname,
}: URL): { account: string; container: string; blob: string } | undefined {
  const suffix = '.blob.core.windows.net';
  const path = decodeURIComponent(pathname).split('/').slice(1);
  const account = hostname.endsWith(suffix) ? hostname.slice(0, -suffix.length) : path.shift();
  const [container, ...blob] = path;
  if (account === undefined || container === undefined || blob.length === 0) return undefined;
  return { account, container, blob: blob.join('/') };
}

const xml = (root: string): StorageReply => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: xmlDocument(root),
});
