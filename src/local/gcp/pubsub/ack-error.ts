import { status } from '@grpc/grpc-js';
import { GrpcError } from '../grpc-server.ts';
import { errorInfo, rpcStatus } from './messages.ts';

const text =
  'Some acknowledgement ids in the request were invalid. This could be because the acknowledgement ids have expired or the acknowledgement ids were malformed.';

/**
 * Exactly-once delivery tells which acknowledgements came too late.
 * https://docs.cloud.google.com/pubsub/docs/exactly-once-delivery#exactly_once_delivery_and_acknowledgeextension_requests
 */
export function invalidAcknowledgements(ackIds: readonly string[]): GrpcError {
  const info = errorInfo.encode({
    reason: 'EXACTLY_ONCE_ACKID_FAILURE',
    domain: 'pubsub.googleapis.com',
    metadata: new Map(ackIds.map((ackId) => [ackId, 'PERMANENT_FAILURE_INVALID_ACK_ID'])),
  });
  const details = [{ typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo', value: info }];
  return new GrpcError('FAILED_PRECONDITION', text, {
    'grpc-status-details-bin': rpcStatus.encode({ code: status.FAILED_PRECONDITION, message: text, details }),
  });
}
