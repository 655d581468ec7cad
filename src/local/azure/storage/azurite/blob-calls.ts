/** Calls to the blob service, for the cases. */
import { createHash } from 'node:crypto';
import type { Call } from './exchange.ts';

export type Headers = Record<string, string>;
type Rest = Omit<Call, 'service' | 'method' | 'path'>;

export const call = (method: string, path: string, rest: Rest = {}): Call => ({
  service: 'blob',
  method,
  path,
  ...rest,
});
export const get = (path: string, headers: Headers = {}) => call('GET', path, { headers });
export const head = (path: string, headers: Headers = {}) => call('HEAD', path, { headers });
export const remove = (path: string, headers: Headers = {}) => call('DELETE', path, { headers });
export const set = (path: string, headers: Headers = {}, body: string | Buffer = '') =>
  call('PUT', path, { headers, body });
/** Puts a blob, and keeps its tag as `etag`. */
export const put = (path: string, body: string, headers: Headers = {}) =>
  call('PUT', path, { body, headers: { 'x-ms-blob-type': 'BlockBlob', ...headers }, keep: { etag: 'etag' } });
export const container = (name: string, headers: Headers = {}) => set(`/${name}?restype=container`, headers);
export const copy = (path: string, source: string, headers: Headers = {}) =>
  set(path, { 'x-ms-copy-source': source, ...headers });
export const lease = (path: string, action: string, headers: Headers = {}) =>
  call('PUT', `${path}comp=lease`, { headers: { 'x-ms-lease-action': action, ...headers } });

export const blockId = (name: string) => Buffer.from(name).toString('base64');
export const block = (path: string, name: string, body: string, headers: Headers = {}) =>
  set(`${path}?comp=block&blockid=${encodeURIComponent(blockId(name))}`, headers, body);
/** Elements of a block list: `Latest:a`. */
export const blockList = (path: string, blocks: string[], headers: Headers = {}) => {
  const elements = blocks.map((text) => {
    const [kind, name = ''] = text.split(':');
    return `<${kind}>${blockId(name)}</${kind}>`;
  });
  const body = `<?xml version="1.0" encoding="utf-8"?><BlockList>${elements.join('')}</BlockList>`;
  return call('PUT', `${path}?comp=blocklist`, { headers, body, keep: { etag: 'etag' } });
};
export const md5 = (text: string) => createHash('md5').update(text).digest('base64');
export const tagSet = (tags: Headers) =>
  `<?xml version="1.0" encoding="utf-8"?><Tags><TagSet>${Object.entries(tags)
    .map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`)
    .join('')}</TagSet></Tags>`;

export const past = 'Thu, 01 Jan 2015 00:00:00 GMT';
export const future = 'Fri, 01 Jan 2100 00:00:00 GMT';
export const one = '11111111-1111-1111-1111-111111111111';
export const two = '22222222-2222-2222-2222-222222222222';
