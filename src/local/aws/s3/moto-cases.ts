import { seededRandom } from '../../engine/random.ts';

/** Calls for the comparison with moto. `{name}` stands for what an earlier call of the case has kept. */
export interface Call {
  method: string;
  /** Path and query, from the bucket on. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** What to keep of the answer: the text of an element, or a header. */
  keep?: Record<string, string>;
}

export interface Case {
  name: string;
  calls: Call[];
}

const call = (method: string, path: string, rest: Omit<Call, 'method' | 'path'> = {}): Call => ({
  method,
  path,
  ...rest,
});
const put = (path: string, body: string, headers: Record<string, string> = {}) =>
  call('PUT', path, { body, headers });
const get = (path: string, headers: Record<string, string> = {}) => call('GET', path, { headers });
const head = (path: string) => call('HEAD', path);
const remove = (path: string) => call('DELETE', path);
const keyList = (...keys: string[]) =>
  `<Delete>${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('')}</Delete>`;

export const handWritten: Case[] = [
  {
    name: 'life of a bucket',
    calls: [
      call('PUT', '/life'),
      head('/life'),
      get('/life?location'),
      get('/life?versioning'),
      get('/life?tagging'),
      get('/life?policy'),
      get('/life?cors'),
      get('/life?lifecycle'),
      put('/life?tagging', '<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>'),
      get('/life?tagging'),
      put('/life/a', 'x'),
      remove('/life'),
      remove('/life/a'),
      remove('/life'),
      get('/life'),
      get('/life/a'),
    ],
  },
  {
    name: 'objects',
    calls: [
      call('PUT', '/objects'),
      put('/objects/a', 'hello', {
        'content-type': 'text/plain',
        'x-amz-meta-author': 'me',
        'cache-control': 'no-cache',
      }),
      get('/objects/a'),
      head('/objects/a'),
      get('/objects/a', { range: 'bytes=1-2' }),
      get('/objects/a', { range: 'bytes=-2' }),
      get('/objects/a', { range: 'bytes=3-' }),
      get('/objects/a', { range: 'bytes=9-' }),
      get('/objects/a', { 'if-none-match': '"5d41402abc4b2a76b9719d911017c592"' }),
      get('/objects/a', { 'if-match': '"other"' }),
      get('/objects/a', { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' }),
      get('/objects/a', { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }),
      get('/objects/a?response-content-type=x/y'),
      get('/objects/none'),
      head('/objects/none'),
      put('/objects/empty', ''),
      get('/objects/empty'),
      put('/objects/a%20b%2Bc%C3%BC', 'named'),
      get('/objects/a%20b%2Bc%C3%BC'),
      put('/objects/once', '1', { 'if-none-match': '*' }),
      put('/objects/once', '2', { 'if-none-match': '*' }),
      put('/objects/tagged', 'x', { 'x-amz-tagging': 'a=1&b=2' }),
      get('/objects/tagged?tagging'),
      put(
        '/objects/tagged?tagging',
        '<Tagging><TagSet><Tag><Key>c</Key><Value>3</Value></Tag></TagSet></Tagging>',
      ),
      get('/objects/tagged?tagging'),
      call('DELETE', '/objects/tagged?tagging'),
      get('/objects/tagged?tagging'),
      put('/objects/copy', '', { 'x-amz-copy-source': '/objects/a' }),
      get('/objects/copy'),
      put('/objects/copy', '', {
        'x-amz-copy-source': 'objects/a',
        'x-amz-metadata-directive': 'REPLACE',
        'x-amz-meta-new': '1',
        'content-type': 'text/new',
      }),
      head('/objects/copy'),
      put('/objects/copy', '', { 'x-amz-copy-source': '/objects/none' }),
      call('POST', '/objects?delete', {
        body: keyList('a', 'none'),
        headers: { 'content-md5': 'GL6SfCZ6sFOMR2q83hQmlw==' },
      }),
      get('/objects'),
    ],
  },
  {
    name: 'listings',
    calls: [
      call('PUT', '/listings'),
      ...['a', 'b/1', 'b/2', 'b/c/3', 'd e', 'f'].map((key) => put(`/listings/${encodeURI(key)}`, key)),
      get('/listings'),
      get('/listings?list-type=2'),
      get('/listings?list-type=2&delimiter=/'),
      get('/listings?list-type=2&delimiter=/&prefix=b/'),
      get('/listings?list-type=2&prefix=b'),
      get('/listings?list-type=2&start-after=b/2'),
      get('/listings?list-type=2&encoding-type=url'),
      get('/listings?list-type=2&prefix=nothing'),
      get('/listings?list-type=2&max-keys=0'),
      get('/listings?marker=b/2'),
      get('/listings?delimiter=/'),
    ],
  },
  {
    name: 'versions',
    calls: [
      call('PUT', '/versions'),
      put('/versions/a', '0'),
      put(
        '/versions?versioning',
        '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
      ),
      get('/versions?versioning'),
      call('PUT', '/versions/a', { body: '1', keep: { one: 'x-amz-version-id' } }),
      put('/versions/a', '2'),
      get('/versions/a?versionId={one}'),
      head('/versions/a?versionId={one}'),
      call('DELETE', '/versions/a', { keep: { marker: 'x-amz-version-id' } }),
      get('/versions/a'),
      get('/versions?versions'),
      get('/versions/a?versionId={marker}'),
      remove('/versions/a?versionId={marker}'),
      get('/versions/a'),
      remove('/versions/a?versionId={one}'),
      get('/versions/a?versionId={one}'),
      get('/versions?versions'),
    ],
  },
  {
    name: 'uploads in parts',
    calls: [
      call('PUT', '/parts'),
      call('POST', '/parts/large?uploads', { headers: { 'x-amz-meta-a': '1' }, keep: { id: 'UploadId' } }),
      put('/parts/large?uploadId={id}&partNumber=1', 'x'.repeat(5_242_880)),
      put('/parts/large?uploadId={id}&partNumber=2', 'end'),
      get('/parts/large?uploadId={id}'),
      call('POST', '/parts/large?uploadId={id}', {
        body: '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"other"</ETag></Part></CompleteMultipartUpload>',
      }),
      call('POST', '/parts/large?uploadId={id}', {
        body: '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"4f08eef4096726bff1125e1b1b734644"</ETag></Part><Part><PartNumber>2</PartNumber><ETag>"7f021a1415b86f2d013b2618fb31ae53"</ETag></Part></CompleteMultipartUpload>',
      }),
      head('/parts/large'),
      call('POST', '/parts/aborted?uploads', { keep: { id: 'UploadId' } }),
      remove('/parts/aborted?uploadId={id}'),
      get('/parts/aborted?uploadId={id}'),
    ],
  },
];

/** Writes, reads, copies, deletions and listings at random on a few keys; the same for the same seed. */
export function randomCalls(bucket: string, seed: number, count: number): Case {
  const random = seededRandom(seed);
  const keys = ['a', 'a/b', 'a/b/c', 'a!', 'b', 'b/', 'z'];
  const key = () => encodeURI(keys[random.below(keys.length)] ?? '');
  const calls = [call('PUT', `/${bucket}`)];
  for (let index = 0; index < count; index++) {
    const kind = random.below(10);
    if (kind < 4) calls.push(put(`/${bucket}/${key()}`, `body ${index}`));
    else if (kind < 6) calls.push(get(`/${bucket}/${key()}`));
    else if (kind < 7) calls.push(remove(`/${bucket}/${key()}`));
    else if (kind < 8) calls.push(put(`/${bucket}/copy`, '', { 'x-amz-copy-source': `${bucket}/${key()}` }));
    else {
      const prefix = ['', 'a', 'a/', 'b'][random.below(4)];
      const delimiter = random.below(2) === 0 ? '&delimiter=/' : '';
      calls.push(get(`/${bucket}?list-type=2&prefix=${prefix}${delimiter}`));
    }
  }
  return { name: bucket, calls };
}
