// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
import { hash } from 'node:crypto';
import type { WireResponse } from '../../engine/wire.ts';
import { accessDenied, invalidArgument, s3Error } from './errors.ts';
import type { UploadForm } from './form.ts';
import { urlEncode } from './listing.ts';
import { detailsOf } from './object-headers.ts';
import { checkKey, etagOf, maximumUploadBytes, putObjectOf, writtenHeaders } from './object-write.ts';
import { emptyAnswer, quoted, type S3Call, xmlAnswer } from './operation.ts';
import type { S3Request } from './request.ts';
import { checkSignature, type SigningSurroundings, scopeOf, sign } from './signature.ts';
import { tagsOfXml } from './tags.ts';
import { uploadBody } from './upload-body.ts';

const byPolicy = (reason: string) => accessDenied(`Invalid according to Policy: ${reason}`);

interface PostPolicy {
  expiration?: unknown;
  conditions?: unknown;
}

/** The key of the form, with the name of the file in it where the form asks for that. */
export const keyOfForm = ({ fields, file }: UploadForm): string =>
  (fields.get('key') ?? '').replaceAll('${filename}', file.name);

/** Checks signature, lifetime and conditions of the form's policy. @throws AwsError */
export function checkPostPolicy(
  { fields, file }: UploadForm,
  bucketName: string,
  { nowMs, secretOf }: SigningSurroundings,
): void {
  const encoded = fields.get('policy') ?? '';
  const scope = scopeOf(fields.get('x-amz-credential') ?? '');
  if (!scope) throw invalidArgument('x-amz-credential', '', 'The credential is malformed');
  const secret = secretOf(scope.accessKeyId);
  if (secret !== undefined)
    checkSignature(
      sign(secret, scope.rest, encoded),
      fields.get('x-amz-signature') ?? '',
      scope.accessKeyId,
      encoded,
    );
  let policy: PostPolicy;
  try {
    policy = JSON.parse(Buffer.from(encoded, 'base64').toString()) as PostPolicy;
  } catch {
    throw s3Error('InvalidPolicyDocument', 'Invalid Policy: Invalid JSON.');
  }
  const expiresAtMs = Date.parse(String(policy.expiration));
  if (Number.isNaN(expiresAtMs))
    throw s3Error('InvalidPolicyDocument', 'Invalid Policy: Policy missing expiration.');
  if (nowMs >= expiresAtMs) throw byPolicy('Policy expired.');
  const conditions = Array.isArray(policy.conditions) ? policy.conditions : [];
  const values = new Map([...fields, ['bucket', bucketName], ['key', keyOfForm({ fields, file })]] as [
    string,
    string,
  ][]);
  const named = new Set<string>();
  for (const condition of conditions) checkCondition(condition, values, file.bytes.length, named);
  for (const name of fields.keys()) {
    const isExempt = /^(x-amz-signature|policy|file|file-content-type)$|^x-ignore-/.test(name);
    if (!isExempt && !named.has(name)) throw byPolicy(`Extra input fields: ${name}`);
  }
}

function checkCondition(
  condition: unknown,
  values: ReadonlyMap<string, string>,
  sizeBytes: number,
  named: Set<string>,
): void {
  const failed = () => byPolicy(`Policy Condition failed: ${JSON.stringify(condition)}`);
  if (!Array.isArray(condition)) {
    for (const [name, expected] of Object.entries(Object(condition))) {
      named.add(name.toLowerCase());
      if (values.get(name.toLowerCase()) !== expected)
        throw byPolicy(`Policy Condition failed: ["eq", "$${name}", "${String(expected)}"]`);
    }
    return;
  }
  const [operator, subject, value] = condition as unknown[];
  if (operator === 'content-length-range') {
    const [, minimum, maximum] = condition.map(Number);
    if (sizeBytes < Number(minimum))
      throw s3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
        ProposedSize: sizeBytes,
        MinSizeAllowed: Number(minimum),
      });
    if (sizeBytes > Number(maximum))
      throw s3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
        ProposedSize: sizeBytes,
        MaxSizeAllowed: Number(maximum),
      });
    return;
  }
  const name = String(subject).replace(/^\$/, '').toLowerCase();
  named.add(name);
  const actual = values.get(name) ?? '';
  if (operator === 'eq' && actual !== value) throw failed();
  // Content types may be a list, and then each must begin with the prefix.
  if (operator === 'starts-with') {
    const all = name === 'content-type' ? actual.split(',') : [actual];
    if (!all.every((each) => each.startsWith(String(value)))) throw failed();
  }
}

/** The upload that a form stands for, as a request like that of PutObject. */
export function requestOfForm(request: S3Request, { fields, file }: UploadForm): S3Request {
  const headers: S3Request['headers'] = {};
  for (const [name, value] of fields)
    if (
      /^(x-amz-meta-|x-amz-server-side|x-amz-storage|x-amz-checksum-|cache-control|content-|expires)/.test(
        name,
      )
    )
      headers[name] = value;
  const acl = fields.get('acl');
  const tagging = fields.get('tagging');
  if (acl !== undefined) headers['x-amz-acl'] = acl;
  if (tagging !== undefined)
    headers['x-amz-tagging'] = new URLSearchParams(tagsOfXml(tagging, 'Object')).toString();
  return { ...request, headers, body: file.bytes };
}

/** Stores the file of the form. `call.request` is that of `requestOfForm`. */
export function postObject(call: S3Call, { fields }: UploadForm): WireResponse {
  const { bucket, key, request, store } = call;
  checkKey(key);
  const details = detailsOf(request, bucket);
  if (request.body.length > maximumUploadBytes)
    throw s3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
  const { bytes, checksum } = uploadBody(request);
  const object = putObjectOf(call, {
    // The form's other fields are not to stay in memory with the file.
    content: store.keep(Buffer.from(bytes)),
    details: { ...details, ...(checksum && { checksum: { ...checksum, type: 'FULL_OBJECT' as const } }) },
    etag: etagOf(call, details, hash('md5', bytes, 'hex')),
    operation: 'Post',
  });
  const location = `https://${bucket.name}.s3.${bucket.region}.amazonaws.com/${urlEncode(key)}`;
  const headers = { ...writtenHeaders(call, object), location };
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect');
  if (redirect !== undefined && URL.canParse(redirect)) {
    const url = new URL(redirect);
    url.searchParams.set('bucket', bucket.name);
    url.searchParams.set('key', key);
    url.searchParams.set('etag', quoted(object.etag));
    return emptyAnswer(303, { ...headers, location: url.href });
  }
  const status = fields.get('success_action_status');
  if (status === '201') {
    const values = { Location: location, Bucket: bucket.name, Key: key, ETag: quoted(object.etag) };
    return { ...xmlAnswer('PostResponse', values, headers), status: 201 };
  }
  return emptyAnswer(status === '200' ? 200 : 204, headers);
}
