import type { S3Bucket } from './bucket.ts';
import { accessDenied, notImplemented, s3Error } from './errors.ts';

/** Conditions that tie a statement for everybody to known callers. https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status */
const narrowing =
  /^(aws:(sourceip|sourcearn|sourcevpc|sourcevpce|sourceaccount|sourceorgid|sourceorgpaths|sourceowner|userid|principalorgid|principalorgpaths|principalarn|principalaccount)|s3:(dataaccesspointarn|dataaccesspointaccount|x-amz-server-side-encryption-aws-kms-key-id))$/i;

interface PolicyDocument {
  Statement?: unknown;
}

/** Whether a policy lets everybody in. */
export function isPublicPolicy(document: string): boolean {
  const { Statement } = JSON.parse(document) as PolicyDocument;
  return [Statement].flat().some((candidate) => {
    const statement: { Effect?: unknown; Principal?: unknown; Condition?: unknown } = Object(candidate);
    const principals = [statement.Principal, Object(statement.Principal).AWS].flat();
    const isForAll = statement.Effect === 'Allow' && principals.includes('*');
    const keys = Object.values(Object(statement.Condition)).flatMap((tests) => Object.keys(Object(tests)));
    return isForAll && !keys.some((key) => narrowing.test(key));
  });
}

/**
 * Gives a bucket its policy, which `attach` puts into force.
 * @throws AwsError for a malformed policy, one that is blocked, and when there is another one already
 */
export function setBucketPolicy(
  bucket: S3Bucket,
  document: string,
  attach: (document: string) => void,
): void {
  try {
    JSON.parse(document);
  } catch {
    throw s3Error('MalformedPolicy', "Policies must be valid JSON and the first byte must be '{'");
  }
  if (bucket.publicAccessBlock?.blockPublicPolicy && isPublicPolicy(document))
    throw accessDenied(
      'User is not authorized to perform: s3:PutBucketPolicy because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.',
    );
  if (bucket.policy === document) return;
  if (bucket.policy !== undefined)
    throw notImplemented('changing a bucket policy once it is set. Set it in one place only');
  attach(document);
  bucket.policy = document;
}
