import { malformedXml, notImplemented } from './errors.ts';
import type { LifecycleRule } from './lifecycle.ts';
import { childOf, childrenOf, textOf, type XmlElement, type XmlValue } from './xml.ts';

const numberOf = (element: XmlElement | undefined, name: string): number | undefined => {
  const text = textOf(element, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw malformedXml();
};

/** Members without those that are undefined. */
function present<Value extends object>(
  value: Value,
): { [Name in keyof Value]?: Exclude<Value[Name], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, content]) => content !== undefined)) as {
    [Name in keyof Value]?: Exclude<Value[Name], undefined>;
  };
}

/** @throws AwsError MalformedXML, NotImplemented for transitions */
export function lifecycleOfXml(document: XmlElement): LifecycleRule[] {
  const rules = childrenOf(document, 'Rule');
  if (rules.length === 0) throw malformedXml();
  return rules.map((rule, index) => {
    if (childOf(rule, 'Transition') || childOf(rule, 'NoncurrentVersionTransition'))
      throw notImplemented('transitions between storage classes');
    const filter = childOf(rule, 'Filter');
    const both = childOf(filter, 'And') ?? filter;
    const tags = childrenOf(both, 'Tag').map((tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? '']);
    const expiration = childOf(rule, 'Expiration');
    const noncurrent = childOf(rule, 'NoncurrentVersionExpiration');
    const date = textOf(expiration, 'Date');
    return {
      id: textOf(rule, 'ID') ?? `rule-${index + 1}`,
      enabled: textOf(rule, 'Status') === 'Enabled',
      prefix: textOf(both, 'Prefix') ?? textOf(rule, 'Prefix') ?? '',
      tags: Object.fromEntries(tags) as Record<string, string>,
      expiredMarkers: textOf(expiration, 'ExpiredObjectDeleteMarker') === 'true',
      ...present({
        sizeGreaterThan: numberOf(both, 'ObjectSizeGreaterThan'),
        sizeLessThan: numberOf(both, 'ObjectSizeLessThan'),
        expireAfterDays: numberOf(expiration, 'Days'),
        expireAtMs: date === undefined ? undefined : Date.parse(date),
        noncurrentAfterDays: numberOf(noncurrent, 'NoncurrentDays'),
        newerNoncurrentVersions: numberOf(noncurrent, 'NewerNoncurrentVersions'),
        abortUploadsAfterDays: numberOf(
          childOf(rule, 'AbortIncompleteMultipartUpload'),
          'DaysAfterInitiation',
        ),
      }),
    };
  });
}

export const lifecycleXml = (rules: readonly LifecycleRule[]): XmlValue => ({
  Rule: rules.map((rule) => {
    const expires =
      rule.expireAfterDays !== undefined || rule.expireAtMs !== undefined || rule.expiredMarkers;
    return {
      ID: rule.id,
      Status: rule.enabled ? 'Enabled' : 'Disabled',
      Filter: {
        And: {
          Prefix: rule.prefix,
          Tag: Object.entries(rule.tags).map(([Key, Value]) => ({ Key, Value })),
          ObjectSizeGreaterThan: rule.sizeGreaterThan,
          ObjectSizeLessThan: rule.sizeLessThan,
        },
      },
      Expiration: expires
        ? {
            Days: rule.expireAfterDays,
            Date: rule.expireAtMs === undefined ? undefined : new Date(rule.expireAtMs).toISOString(),
            ExpiredObjectDeleteMarker: rule.expiredMarkers || undefined,
          }
        : undefined,
      NoncurrentVersionExpiration:
        rule.noncurrentAfterDays === undefined
          ? undefined
          : {
              NoncurrentDays: rule.noncurrentAfterDays,
              NewerNoncurrentVersions: rule.newerNoncurrentVersions,
            },
      AbortIncompleteMultipartUpload:
        rule.abortUploadsAfterDays === undefined
          ? undefined
          : { DaysAfterInitiation: rule.abortUploadsAfterDays },
    };
  }),
});
