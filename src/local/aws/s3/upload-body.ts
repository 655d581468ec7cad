import { hash } from 'node:crypto';
import { decodeAwsChunked } from './aws-chunked.ts';
import { type ChecksumAlgorithm, checksumAlgorithms, checksumHeader, verifyChecksum } from './checksums.ts';
import { s3Error } from './errors.ts';
import { header, type S3Request } from './request.ts';

/** What was uploaded, once every digest that came with it has been compared with it. */
export interface UploadBody {
  bytes: Buffer;
  /** MD5 in hexadecimal. */
  md5: string;
  checksum?: { algorithm: ChecksumAlgorithm; value: string };
}

/** Unwraps and checks the body of an upload. @throws AwsError when a digest or a length is wrong */
export function uploadBody(request: S3Request): UploadBody {
  const isChunked = header(request, 'x-amz-content-sha256')?.startsWith('STREAMING-') ?? false;
  const { body, trailers } = isChunked
    ? decodeAwsChunked(request.body)
    : { body: request.body, trailers: {} as Record<string, string> };
  const decodedLength = header(request, 'x-amz-decoded-content-length');
  if (isChunked && decodedLength !== undefined && Number(decodedLength) !== body.length)
    throw s3Error(
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header',
    );
  checkSha256(request, body);
  const md5 = hash('md5', body, 'hex');
  checkMd5(request, md5);
  const checksum = givenChecksum(request, trailers);
  if (checksum) verifyChecksum(checksum.algorithm, checksum.value, body);
  return { bytes: body, md5, ...(checksum && { checksum }) };
}

function checkSha256(request: S3Request, body: Buffer): void {
  const given = header(request, 'x-amz-content-sha256');
  if (given === undefined || !/^[\da-f]{64}$/.test(given)) return;
  const computed = hash('sha256', body, 'hex');
  if (computed === given) return;
  throw s3Error(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    400,
    { ClientComputedContentSHA256: given, S3ComputedContentSHA256: computed },
  );
}

function checkMd5(request: S3Request, md5: string): void {
  const given = header(request, 'content-md5');
  if (given === undefined) return;
  if (Buffer.from(given, 'base64').length !== 16)
    throw s3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.', 400, {
      'Content-MD5': given,
    });
  const computed = Buffer.from(md5, 'hex').toString('base64');
  if (computed !== given)
    throw s3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.', 400, {
      ExpectedDigest: given,
      CalculatedDigest: computed,
    });
}

function givenChecksum(request: S3Request, trailers: Record<string, string>): UploadBody['checksum'] {
  const found: { algorithm: ChecksumAlgorithm; value: string }[] = [];
  for (const algorithm of checksumAlgorithms) {
    const name = checksumHeader(algorithm);
    const value = header(request, name) ?? trailers[name];
    if (value !== undefined) found.push({ algorithm, value });
  }
  if (found.length > 1)
    throw s3Error(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  const [only] = found;
  const trailer = header(request, 'x-amz-trailer');
  if (!only && trailer?.startsWith('x-amz-checksum-'))
    throw s3Error(
      'MalformedTrailerError',
      'The request contained trailing data that was not well-formed or did not conform to our published schema.',
    );
  return only;
}
