// Errors of SQS. The codes are those of its JSON protocol.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
import { AwsError } from '../service.ts';

/** Errors that the Query protocol names with a prefix. */
const prefixed = new Set([
  'BatchEntryIdsNotDistinct',
  'BatchRequestTooLong',
  'EmptyBatchRequest',
  'InvalidBatchEntryId',
  'MessageNotInflight',
  'PurgeQueueInProgress',
  'QueueDeletedRecently',
  'TooManyEntriesInBatchRequest',
  'UnsupportedOperation',
]);

/** Errors that it names otherwise. */
const renamed: { [code: string]: string | undefined } = {
  AccessDeniedException: 'AccessDenied',
  InvalidParameterValueException: 'InvalidParameterValue',
  MissingRequiredParameterException: 'MissingParameter',
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
};

/** What the Query protocol calls an error; old SDKs and many handlers still look for that name. */
export function queryErrorCode(code: string): string {
  return prefixed.has(code) ? `AWS.SimpleQueueService.${code}` : (renamed[code] ?? code);
}

export const sqsError = (code: string, message: string, status = 400) => new AwsError(code, message, status);

export const invalidValue = (message: string) => sqsError('InvalidParameterValueException', message);

export const invalidParameter = (name: string, value: unknown, reason: string) =>
  invalidValue(`Value ${String(value)} for parameter ${name} is invalid. Reason: ${reason}`);

export const missingParameter = (name: string) =>
  sqsError('MissingRequiredParameterException', `The request must contain the parameter ${name}.`);

export const noSuchQueue = () => sqsError('QueueDoesNotExist', 'The specified queue does not exist.');

/** The parameter is known, but not for a queue of this type. */
export const wrongQueueType = (name: string, value: unknown) =>
  invalidParameter(name, value, 'The request include parameter that is not valid for this queue type.');
