// https://learn.microsoft.com/rest/api/storageservices/set-blob-tags#remarks
import { badRequest } from '../errors.ts';

const mostTags = 10;
const longestKey = 128;
const longestValue = 256;
const permitted = /^[A-Za-z0-9 +\-./:=_]*$/;

/** @throws StorageError, a 400, when there are too many, or one is not as tags have to be */
export function checkedTags(tags: [key: string, value: string][]): Record<string, string> {
  const isTooLarge = ([key, value]: [string, string]) =>
    key.length > longestKey || value.length > longestValue;
  if (tags.length > mostTags || tags.some(isTooLarge))
    throw badRequest('TagsTooLarge', 'The tags specified exceed the maximum permissible limit.');
  if (tags.some(([key]) => key === ''))
    throw badRequest('EmptyTagName', 'The name of one of the tag key-value pairs is empty.');
  if (!tags.flat().every((text) => permitted.test(text)))
    throw badRequest(
      'InvalidTag',
      'The tags specified are invalid. It contains characters that are not permitted.',
    );
  if (new Set(tags.map(([key]) => key)).size < tags.length)
    throw badRequest('DuplicateTagNames', 'The tags specified contain duplicate names.');
  return Object.fromEntries(tags);
}
