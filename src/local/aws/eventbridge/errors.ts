// https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html
import { AwsError } from '../service.ts';

export const invalid = (message: string) => new AwsError('ValidationException', message);

export const notFound = (message: string) => new AwsError('ResourceNotFoundException', message);

/** What EventBridge can do and this one does not. */
export const unsupported = (what: string) =>
  new AwsError('ValidationException', `The local EventBridge does not support ${what}.`);
