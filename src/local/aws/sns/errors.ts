// Errors of SNS. https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html
import { AwsError } from '../service.ts';

export const invalid = (what: string) => new AwsError('InvalidParameter', `Invalid parameter: ${what}`, 400);

export const noSuchTopic = () => new AwsError('NotFound', 'Topic does not exist', 404);

export const noSuchSubscription = () => new AwsError('NotFound', 'Subscription does not exist', 404);

/** What SNS can do and this one does not. */
export const unsupported = (what: string) =>
  new AwsError('InvalidParameter', `Invalid parameter: the local SNS does not support ${what}`, 400);
