import type { Faults } from '../engine/faults.ts';
import { type AccessRequest, AwsError, type AwsPrincipal } from './service.ts';

/** How a service says that a call is one too many, where it does not say ThrottlingException. */
const throttlingErrors: Record<string, [code: string, message: string, status: number]> = {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  s3: ['SlowDown', 'Please reduce your request rate.', 503],
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
  sqs: ['RequestThrottled', 'Request is throttled.', 403],
  sns: ['Throttled', 'Rate exceeded', 429],
};

/** How a service says that it cannot answer at the moment, where it does not say InternalServerError. */
const outageErrors: Record<string, [code: string, message: string, status: number]> = {
  s3: ['InternalError', 'We encountered an internal error. Please try again.', 500],
  sqs: ['ServiceUnavailable', 'The request has failed due to a temporary failure of the server.', 503],
  sns: ['InternalError', 'Internal error', 500],
};

/**
 * Lets a call of a function fail as an overloaded or broken service would let it, before it has an effect. Place: the
 * service, `dynamodb`.
 *
 * @throws AwsError when the fault plan says so
 */
export function failByPlan(
  faults: Faults,
  principal: AwsPrincipal,
  requests: readonly AccessRequest[],
): void {
  if (principal.kind !== 'role') return;
  const [service] = requests[0]?.action.split(':') ?? [];
  if (service === undefined) return;
  if (faults.strikes('dependency-down', service)) {
    const [code, message, status] = outageErrors[service] ?? [
      'InternalServerError',
      'Internal server error',
      500,
    ];
    throw new AwsError(code, message, status);
  }
  if (faults.strikes('throttle', service)) {
    const [code, message, status] = throttlingErrors[service] ?? [
      'ThrottlingException',
      'Rate exceeded',
      400,
    ];
    throw new AwsError(code, message, status);
  }
}
