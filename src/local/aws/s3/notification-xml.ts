import { malformedXml } from './errors.ts';
import type { NotificationConfiguration, NotificationRule } from './notification-configuration.ts';
import { childOf, childrenOf, textOf, type XmlElement, type XmlValue } from './xml.ts';

/** Names of the elements for each kind of destination; `Function` is that of the old API. */
const kinds = [
  { kind: 'queue', element: 'QueueConfiguration', arn: 'Queue' },
  { kind: 'topic', element: 'TopicConfiguration', arn: 'Topic' },
  { kind: 'function', element: 'CloudFunctionConfiguration', arn: 'CloudFunction' },
] as const;

/** @throws AwsError MalformedXML */
export function notificationOfXml(document: XmlElement, newId: () => string): NotificationConfiguration {
  const rules = kinds.flatMap(({ kind, element, arn }) =>
    childrenOf(document, element).map((configuration): NotificationRule => {
      const destination = textOf(configuration, arn);
      const events = childrenOf(configuration, 'Event').map(({ text }) => text);
      if (destination === undefined || events.length === 0) throw malformedXml();
      const filters = childrenOf(childOf(childOf(configuration, 'Filter'), 'S3Key'), 'FilterRule');
      const filter = (name: string) => {
        const rule = filters.find((candidate) => textOf(candidate, 'Name')?.toLowerCase() === name);
        return rule?.children.find((child) => child.name === 'Value')?.text ?? '';
      };
      return {
        id: textOf(configuration, 'Id') ?? newId(),
        destination: { kind, arn: destination },
        events,
        prefix: filter('prefix'),
        suffix: filter('suffix'),
      };
    }),
  );
  return { rules, eventBridge: childOf(document, 'EventBridgeConfiguration') !== undefined };
}

export function notificationXml({ rules, eventBridge }: NotificationConfiguration): XmlValue {
  const ofKind = ({ kind, arn }: (typeof kinds)[number]): XmlValue[] =>
    rules
      .filter(({ destination }) => destination.kind === kind)
      .map((rule) => {
        const filters = (['prefix', 'suffix'] as const).filter((name) => rule[name] !== '');
        return {
          Id: rule.id,
          [arn]: rule.destination.arn,
          Event: rule.events,
          Filter:
            filters.length > 0
              ? { S3Key: { FilterRule: filters.map((name) => ({ Name: name, Value: rule[name] })) } }
              : undefined,
        };
      });
  return {
    ...Object.fromEntries(kinds.map((each) => [each.element, ofKind(each)])),
    EventBridgeConfiguration: eventBridge ? {} : undefined,
  };
}
