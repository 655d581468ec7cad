/** What Azurite does otherwise than the service, each with the page that says so. */
import { type Call, isSame, type Outcome } from './exchange.ts';

export interface Difference {
  /** The name of the case. */
  case: string;
  call: Call;
  ours: Outcome;
  azurite: Outcome;
}

interface Exception {
  /** What Azurite does otherwise. */
  about: string;
  /** What says that it should not. */
  page: string;
  /** Headers of an answer that are otherwise; absent when the whole answer is. */
  headers?: readonly string[];
  applies(difference: Difference): boolean;
}

const rest = 'https://learn.microsoft.com/rest/api/storageservices';

const refused = ({ status }: Outcome) => status >= 400;
const done = ({ status }: Outcome) => status > 0 && status < 300;
const reads = ({ method }: Call) => method === 'GET' || method === 'HEAD';
const isOf = ({ path }: Call, component: string) => new RegExp(`[?&]comp=${component}(&|$)`).test(path);

export const exceptions: readonly Exception[] = [
  {
    about: 'refuses too, without a code',
    page: `${rest}/status-and-error-codes2`,
    applies: ({ ours, azurite }) => refused(ours) && refused(azurite) && azurite.error === undefined,
  },
  {
    about: 'has two reasons to refuse, and gives the other one; no page says which comes first',
    page: `${rest}/blob-service-error-codes`,
    applies: ({ ours, azurite }) =>
      refused(ours) && refused(azurite) && /Lease/.test(`${ours.error}`) !== /Lease/.test(`${azurite.error}`),
  },
  {
    about: 'misses the source of a copy before it looks at the conditions of the destination',
    page: `${rest}/copy-blob#request-headers`,
    applies: ({ call, ours, azurite }) =>
      'x-ms-copy-source' in (call.headers ?? {}) &&
      ours.error === 'ConditionNotMet' &&
      azurite.error === 'BlobNotFound',
  },
  {
    about: 'lets whoever names a lease make a blob, which can have none yet',
    page: `${rest}/lease-blob#remarks`,
    applies: ({ ours, azurite }) => ours.error === 'LeaseNotPresentWithBlobOperation' && done(azurite),
  },
  {
    about: 'does not keep Cache-Control, Content-Encoding and Content-Language of a request',
    page: `${rest}/put-blob#request-headers-all-blob-types`,
    headers: ['cache-control', 'content-encoding', 'content-language'],
    applies: ({ call }) => reads(call),
  },
  {
    about: 'tells the MD5 of the blob twice when all of it is read',
    page: `${rest}/get-blob#response-headers`,
    headers: ['x-ms-blob-content-md5'],
    applies: ({ call, ours }) => call.method === 'GET' && ours.status === 200,
  },
  {
    about: 'computes an MD5 of a blob that is made of blocks',
    page: `${rest}/list-blobs#response-body`,
    headers: ['content-md5', 'x-ms-blob-content-md5'],
    applies: ({ call, ours }) => reads(call) && !('content-md5' in ours.headers),
  },
  {
    about: 'does not answer with the MD5 of a block that was sent with one',
    page: `${rest}/put-block#response-headers`,
    headers: ['content-md5'],
    applies: ({ call }) => isOf(call, 'block'),
  },
  {
    about: 'has no content type for a blob whose type was cleared',
    page: `${rest}/get-blob#response-headers`,
    headers: ['content-type'],
    applies: ({ ours }) => ours.headers['content-type'] === 'application/octet-stream',
  },
  {
    about: 'knows of a copy what Set Blob Properties makes forgotten, and no progress of a copy of nothing',
    page: `${rest}/get-blob-properties#response-headers`,
    headers: ['completion-time', 'id', 'progress', 'source', 'status'].map((name) => `x-ms-copy-${name}`),
    applies: ({ call, ours }) =>
      reads(call) && (!('x-ms-copy-id' in ours.headers) || ours.headers['x-ms-copy-progress'] === '0/0'),
  },
  {
    about: 'has a tag and a date for a blob without committed blocks',
    page: `${rest}/get-block-list#response-headers`,
    headers: ['etag', 'last-modified'],
    applies: ({ call, ours }) => isOf(call, 'blocklist') && !('etag' in ours.headers),
  },
  {
    about: 'fails at ranges of forms that are not supported',
    page: `${rest}/specifying-the-range-header-for-blob-service-operations`,
    applies: ({ call, azurite }) => azurite.status === 0 && 'range' in (call.headers ?? {}),
  },
  {
    about: 'answers with nothing what begins behind the end',
    page: `${rest}/blob-service-error-codes`,
    applies: ({ ours, azurite }) => ours.error === 'InvalidRange' && azurite.status === 206,
  },
  {
    about: 'takes the wish for the MD5 of a range without a range',
    page: `${rest}/get-blob#request-headers`,
    applies: ({ call, ours }) => refused(ours) && 'x-ms-range-get-content-md5' in (call.headers ?? {}),
  },
  {
    about: 'takes a date that is none for one in the future',
    page: `${rest}/status-and-error-codes2`,
    applies: ({ call, ours }) => call.headers?.['if-modified-since'] === 'nonsense' && refused(ours),
  },
  {
    about: 'looks at the conditions before the blob, which is not there',
    page: 'https://www.rfc-editor.org/rfc/rfc9110#name-when-to-evaluate',
    applies: ({ ours, azurite }) => ours.error === 'BlobNotFound' && azurite.error === 'ConditionNotMet',
  },
  {
    about: 'changes a blob that must not be there',
    page: `${rest}/specifying-conditional-headers-for-blob-service-operations`,
    applies: ({ call, ours, azurite }) =>
      call.headers?.['if-none-match'] === '*' && ours.error === 'ConditionNotMet' && done(azurite),
  },
  {
    about: 'has another code for a block without an id',
    page: `${rest}/put-block#uri-parameters`,
    applies: ({ call, ours }) => call.path.endsWith('blockid=') && refused(ours),
  },
  {
    about: 'answers all of a blob to who asks for its metadata',
    page: `${rest}/get-blob-metadata#response-headers`,
    applies: ({ call, ours }) => reads(call) && isOf(call, 'metadata') && !('x-ms-blob-type' in ours.headers),
  },
  {
    about: 'lists blobs without committed blocks with properties that they do not have',
    page: `${rest}/list-blobs#uncommitted-blobs-in-the-response`,
    applies: ({ call, ours, azurite }) =>
      call.path.includes('uncommittedblobs') &&
      isSame(listed(ours.body, ours.body), listed(azurite.body, ours.body)),
  },
  {
    about: 'keeps the uncommitted blocks of a blob that is put or copied anew',
    page: `${rest}/put-block#remarks`,
    applies: ({ call, ours, azurite }) =>
      isOf(call, 'blocklist') &&
      (call.method === 'PUT'
        ? ours.error === 'InvalidBlockList' && done(azurite)
        : holds(azurite.body, ours.body)),
  },
  {
    about: 'does not list uncommitted blocks by their names',
    page: `${rest}/get-block-list#remarks`,
    applies: ({ call, ours, azurite }) =>
      isOf(call, 'blocklist') &&
      text(ours.body) !== text(azurite.body) &&
      textsOf(ours.body).sort().join() === textsOf(azurite.body).sort().join(),
  },
  {
    about: 'takes a condition on the source of a copy for one on what is read',
    page: `${rest}/specifying-conditional-headers-for-blob-service-operations#copy-operations`,
    applies: ({ ours, azurite }) => ours.status === 412 && azurite.status === 304,
  },
  {
    about: 'takes characters that are not permitted in a tag for a second tag of the same name',
    page: `${rest}/set-blob-tags#remarks`,
    applies: ({ ours, azurite }) => ours.error === 'InvalidTag' && azurite.error === 'DuplicateTagNames',
  },
  {
    about: 'leases under an id that is no GUID, or for no time',
    page: `${rest}/lease-blob#request-headers`,
    applies: (difference) => difference.case === 'leases that nobody gets' && refused(difference.ours),
  },
  {
    about: 'does not say that a lease is lost',
    page: `${rest}/blob-service-error-codes`,
    applies: ({ ours, azurite }) =>
      ours.error === 'LeaseLost' && /^LeaseNotPresentWith/.test(`${azurite.error}`),
  },
  {
    about: 'takes a lease action on a container without an id for the creation of one',
    page: `${rest}/lease-container#request-headers`,
    applies: ({ ours, azurite }) =>
      ours.error === 'MissingRequiredHeader' && azurite.error === 'ContainerAlreadyExists',
  },
  {
    about: 'takes names of metadata that are no identifiers',
    page: `${rest}/naming-queues-and-metadata#metadata-names`,
    applies: ({ call, ours }) => call.service === 'queue' && ours.error === 'InvalidMetadata',
  },
  {
    about: 'has another code for who deletes a message with an old receipt',
    page: `${rest}/delete-message2#remarks`,
    applies: ({ ours, azurite }) =>
      ours.error === 'MessageNotFound' && azurite.error === 'PopReceiptMismatch',
  },
  {
    about: 'takes a message within any element',
    page: `${rest}/put-message#request-body`,
    applies: ({ call, ours }) => call.service === 'queue' && ours.error === 'MissingRequiredXmlNode',
  },
  {
    about: 'lists a message that is visible again behind others, where no order is promised',
    page: `${rest}/get-messages#remarks`,
    applies: ({ call, ours, azurite }) =>
      call.service === 'queue' && isSame(sorted(ours.body), sorted(azurite.body)),
  },
  {
    about: 'gives all messages of one answer the same receipt',
    page: `${rest}/get-messages#response-body`,
    applies: ({ call, ours, azurite }) =>
      call.service === 'queue' &&
      (ours.error === 'PopReceiptMismatch' ? done(azurite) : text(ours.body).includes('PopReceipt')) &&
      isSame(
        text(ours.body).replaceAll('<new>', '<known>'),
        text(azurite.body).replaceAll('<new>', '<known>'),
      ),
  },
];

function text(body: unknown): string {
  return JSON.stringify(body);
}

/** The children of an element `[name, ...children]`. */
const childrenOf = (tree: unknown): unknown[] => (Array.isArray(tree) ? tree.slice(1) : []);
const sorted = (tree: unknown): unknown[] => childrenOf(tree).sort((a, b) => (text(a) < text(b) ? -1 : 1));

/** All texts of a tree. */
const textsOf = (tree: unknown): unknown[] => (Array.isArray(tree) ? tree.flatMap(textsOf) : [tree]);

/** Whether a tree has every text of another, and more. */
function holds(more: unknown, less: unknown): boolean {
  const all = textsOf(more);
  return textsOf(less).every((one) => all.includes(one)) && all.length > textsOf(less).length;
}

/**
 * The blobs of a listing without those that have no committed blocks in `ours`, and without what of the others is not
 * to be there: MD5s of blocks, forgotten copies, and the progress of copies of nothing.
 */
function listed(body: unknown, ours: unknown): unknown {
  const member = (tree: unknown, name: string) =>
    childrenOf(tree).find((child) => Array.isArray(child) && child[0] === name);
  const blobs = (tree: unknown) => childrenOf(member(tree, 'Blobs'));
  const known = new Map(blobs(ours).map((blob) => [text(member(blob, 'Name')), text(blob)]));
  return blobs(body).flatMap((blob) => {
    const own = known.get(text(member(blob, 'Name'))) ?? '';
    if (!own.includes('"Etag"') && member(blob, 'Properties')) return [];
    const isLeftOut = (name: unknown) =>
      (name === 'CopyProgress' && own.includes('"0/0"')) ||
      (/^(Content-MD5|Copy.*)$/.test(String(name)) && !own.includes(`"${name}"`));
    const properties = childrenOf(member(blob, 'Properties'));
    const kept = properties.filter((child) => !(Array.isArray(child) && isLeftOut(child[0])));
    return [[member(blob, 'Name'), member(blob, 'Metadata'), kept]];
  });
}

/** The exceptions that a difference follows from; none when it is unknown. */
export function explain(difference: Difference): Exception[] {
  const { ours, azurite } = difference;
  const fitting = exceptions.filter((exception) => exception.applies(difference));
  const whole = fitting.find(({ headers }) => !headers);
  if (whole) return [whole];
  const isElsewhere =
    ours.status !== azurite.status || ours.error !== azurite.error || !isSame(ours.body, azurite.body);
  const names = Object.keys({ ...ours.headers, ...azurite.headers });
  const different = names.filter((name) => !isSame(ours.headers[name], azurite.headers[name]));
  const used = fitting.filter(({ headers }) => headers?.some((name) => different.includes(name)));
  const known = used.flatMap(({ headers = [] }) => headers);
  return !isElsewhere && different.every((name) => known.includes(name)) ? used : [];
}
