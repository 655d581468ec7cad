import { GrpcError } from '../grpc-server.ts';

/** What the client acknowledges a delivery by: opaque, another one for each delivery. */
export const ackIdOf = (receipt: string): string => Buffer.from(receipt).toString('base64url');

/** @throws GrpcError INVALID_ARGUMENT for what was never an id of a delivery */
export function receiptOf(ackId: string): string {
  const receipt = Buffer.from(ackId, 'base64url').toString();
  if (/^.+\/\d+$/.test(receipt)) return receipt;
  throw new GrpcError(
    'INVALID_ARGUMENT',
    `You have passed an invalid ack ID to the service (ack_id=${ackId}).`,
  );
}
