import { GrpcError } from '../grpc-server.ts';

const largestPage = 1000;

/** One page of a list, and the token of the next; empty when there is none. @throws GrpcError INVALID_ARGUMENT */
export function page<Item extends { name: string }>(
  all: readonly Item[],
  { pageSize, pageToken }: { pageSize: number; pageToken: string },
): { items: Item[]; nextPageToken: string } {
  if (pageSize < 0) throw new GrpcError('INVALID_ARGUMENT', `Invalid page size given: ${pageSize}.`);
  const size = Math.min(pageSize || largestPage, largestPage);
  const sorted = all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const from = pageToken === '' ? 0 : sorted.findIndex(({ name }) => tokenOf(name) === pageToken);
  if (from < 0) throw new GrpcError('INVALID_ARGUMENT', `Invalid page token given: ${pageToken}.`);
  const next = sorted[from + size];
  return { items: sorted.slice(from, from + size), nextPageToken: next ? tokenOf(next.name) : '' };
}

const tokenOf = (name: string): string => Buffer.from(name).toString('base64url');
