import { AwsError } from '../service.ts';

/** Input that breaks a rule of the API. */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** The most frequent prefix of DynamoDB's messages about values. */
export function invalidParameter(message: string): AwsError {
  return invalid(`One or more parameter values were invalid: ${message}`);
}

/** A request body whose members have the wrong JSON type. */
export function unreadable(message: string): AwsError {
  return new AwsError('SerializationException', message);
}

/** What item operations answer when the table is not there; table operations also name it. */
export function tableNotFound(tableName?: string): AwsError {
  const detail = tableName === undefined ? '' : `: Table: ${tableName} not found`;
  return new AwsError('ResourceNotFoundException', `Requested resource not found${detail}`);
}

/** Something of the API that the local DynamoDB does not have; it says so instead of ignoring it. */
export function notSupported(what: string): AwsError {
  return new AwsError(
    'UnsupportedOperationException',
    `${what} is not supported by the local DynamoDB. Use another operation, or run this part against AWS.`,
  );
}
