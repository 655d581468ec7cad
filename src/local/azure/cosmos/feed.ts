import type { Container, ItemScope } from './container.ts';
import { badRequest, notImplemented } from './errors.ts';
import type { KeyPart } from './partition-key.ts';
import type { QueryPage } from './query-page.ts';
import type { Reply, RequestContext } from './request-context.ts';

/** What queries, change feeds and read feeds have in common: the items they look at, pages, and their answer. */

export const defaultPageSize = 100;

/** The key of the request's header, or undefined without one. */
export function keyOfRequest(context: RequestContext, container: Container): KeyPart[] | undefined {
  const header = context.header('x-ms-documentdb-partitionkey');
  return header === undefined ? undefined : container.partitionKeys.ofHeader(header);
}

/** Which items the headers name: one key or the start of one, a range of hashes, or all. */
export function scopeOf(context: RequestContext, container: Container): ItemScope {
  const parts = keyOfRequest(context, container);
  if (parts) return { kind: 'key', parts };
  const minInclusive = context.header('x-ms-start-epk');
  const maxExclusive = context.header('x-ms-end-epk');
  if (minInclusive !== undefined && maxExclusive !== undefined) {
    if (container.definition.partitionKey.version !== 2) {
      throw notImplemented('A feed range inside a container with partition key version 1');
    }
    return { kind: 'range', minInclusive, maxExclusive };
  }
  return { kind: 'all' };
}

/** The page size that the client wants; undefined without one, unlimited for -1. */
export function pageSizeOf(context: RequestContext): number | undefined {
  const header = context.header('x-ms-max-item-count');
  if (header === undefined) return undefined;
  const count = Number(header);
  if (count === -1) return Number.POSITIVE_INFINITY;
  if (!Number.isInteger(count) || count < 1) throw badRequest(`Max item count '${header}' is not valid.`);
  return count;
}

export function pageReply(container: Container, page: QueryPage): Reply {
  return {
    status: 200,
    text: documentsText(container, page.results),
    requestUnits: page.requestUnits,
    headers: {
      'x-ms-item-count': String(page.results.length),
      ...(page.continuation !== undefined && { 'x-ms-continuation': page.continuation }),
    },
  };
}

export const documentsText = (container: Container, texts: string[]) =>
  `{"_rid":"${container.rid}","Documents":[${texts.join(',')}],"_count":${texts.length}}`;
