// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
import { invalidArgument, malformedXml, s3Error } from './errors.ts';
import { childOf, childrenOf, parseXml, textOf, type XmlValue } from './xml.ts';

const allowedCharacters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const maximumObjectTags = 10;
const maximumBucketTags = 50;

function checked(pairs: [string, string][], what: 'Object' | 'Bucket'): Record<string, string> {
  const maximum = what === 'Object' ? maximumObjectTags : maximumBucketTags;
  if (pairs.length > maximum) throw s3Error('BadRequest', `${what} tags cannot be greater than ${maximum}`);
  const tags: Record<string, string> = {};
  for (const [key, value] of pairs) {
    if (key === '' || key.length > 128 || !allowedCharacters.test(key))
      throw s3Error('InvalidTag', 'The TagKey you have provided is invalid', 400, { TagKey: key });
    if (value.length > 256 || !allowedCharacters.test(value))
      throw s3Error('InvalidTag', 'The TagValue you have provided is invalid', 400, {
        TagKey: key,
        TagValue: value,
      });
    if (key in tags)
      throw s3Error('InvalidTag', 'Cannot provide multiple Tags with the same key', 400, { TagKey: key });
    if (/^aws:/i.test(key))
      throw s3Error('InvalidTag', 'System tags cannot be added/updated by requester', 400, { TagKey: key });
    tags[key] = value;
  }
  return tags;
}

/** `a=1&b=2` @throws AwsError */
export function tagsOfHeader(text: string | undefined): Record<string, string> {
  if (text === undefined || text === '') return {};
  const pairs = [...new URLSearchParams(text)];
  if (new Set(pairs.map(([key]) => key)).size < pairs.length) {
    throw invalidArgument(
      'x-amz-tagging',
      text,
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
    );
  }
  return checked(pairs, 'Object');
}

/** @throws AwsError for a document that is no `Tagging` */
export function tagsOfXml(document: string, what: 'Object' | 'Bucket'): Record<string, string> {
  const set = childOf(parseXml(document), 'TagSet');
  if (!set) throw malformedXml();
  const pairs = childrenOf(set, 'Tag').map((tag): [string, string] => {
    const key = textOf(tag, 'Key');
    const value = textOf(tag, 'Value');
    if (key === undefined || value === undefined) throw malformedXml();
    return [key, value];
  });
  return checked(pairs, what);
}

export const tagSet = (tags: Record<string, string>): XmlValue => ({
  TagSet: { Tag: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
});
