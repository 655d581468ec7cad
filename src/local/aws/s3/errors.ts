// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
import { AwsError } from '../service.ts';

/** An error that also has headers of its own. */
export class S3Error extends AwsError {
  override name = 'S3Error';
  readonly headers: Record<string, string>;

  constructor(
    code: string,
    message: string,
    status: number,
    members: Record<string, string | number>,
    headers: Record<string, string>,
  ) {
    super(code, message, status, members);
    this.headers = headers;
  }
}

export const s3Error = (
  code: string,
  message: string,
  status = 400,
  members: Record<string, string | number> = {},
  headers: Record<string, string> = {},
): S3Error => new S3Error(code, message, status, members, headers);

export const noSuchBucket = (BucketName: string): S3Error =>
  s3Error('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName });

export const noSuchKey = (Key: string, headers: Record<string, string> = {}): S3Error =>
  s3Error('NoSuchKey', 'The specified key does not exist.', 404, { Key }, headers);

export const noSuchVersion = (Key: string, VersionId: string): S3Error =>
  s3Error('NoSuchVersion', 'The specified version does not exist.', 404, { Key, VersionId });

export const noSuchUpload = (UploadId: string): S3Error =>
  s3Error(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
    { UploadId },
  );

export const accessDenied = (message = 'Access Denied'): S3Error => s3Error('AccessDenied', message, 403);

export const invalidArgument = (name: string, value: string, message: string): S3Error =>
  s3Error('InvalidArgument', message, 400, { ArgumentName: name, ArgumentValue: value });

export const malformedXml = (): S3Error =>
  s3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

export const preconditionFailed = (Condition: string): S3Error =>
  s3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition,
  });

export const methodNotAllowed = (
  Method: string,
  ResourceType: string,
  headers: Record<string, string> = {},
): S3Error =>
  s3Error(
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    405,
    { Method, ResourceType },
    headers,
  );

/** What S3 has and this one has not; says so instead of doing something else. */
export const notImplemented = (what: string): S3Error =>
  s3Error('NotImplemented', `The local S3 does not support ${what}.`, 501);
