// https://azure.microsoft.com/pricing/details/storage/blobs/ and https://azure.microsoft.com/pricing/details/storage/queues/
import type { StorageRequest } from './storage-request.ts';

export type BilledService = 'blob' | 'queue';

/** Counts a call that was authenticated, as it is billed whatever becomes of it. */
export function meterCall(call: StorageRequest, service: BilledService): void {
  const unit = service === 'blob' ? blobUnit(call) : queueUnit(call);
  if (unit !== undefined) call.runtime.meter.add('storage', unit, call.account.id, 1);
}

/** Deletions cost nothing; listings cost as much as writes. */
function blobUnit({ request: { method }, query }: StorageRequest): string | undefined {
  if (method === 'DELETE') return undefined;
  const reads = (method === 'GET' || method === 'HEAD') && query.get('comp') !== 'list';
  return reads ? 'blob-reads' : 'blob-writes';
}

/** Class 2 are the operations on messages, and what reads; class 1 what creates, changes or lists queues. */
function queueUnit({ request: { method }, query, place }: StorageRequest): string {
  const isOfMessages = place.container?.includes('/') ?? false;
  const reads = (method === 'GET' || method === 'HEAD') && query.get('comp') !== 'list';
  return isOfMessages || reads ? 'queue-class-2-operations' : 'queue-class-1-operations';
}
