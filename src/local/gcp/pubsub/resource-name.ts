/** Names of topics and subscriptions. https://docs.cloud.google.com/pubsub/docs/pubsub-basics#resource_names */
import { GrpcError } from '../grpc-server.ts';

type Collection = 'topics' | 'subscriptions';

/** What the topic of a subscription is called once the topic is gone. */
export const deletedTopic = '_deleted-topic_';

const resourceId = /^(?!goog)[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}$/;

/** @throws GrpcError INVALID_ARGUMENT */
export function checkName(collection: Collection, name: string): string {
  const [projects, project, kind, id, ...rest] = name.split('/');
  const isValid = projects === 'projects' && project !== '' && kind === collection && rest.length === 0;
  if (isValid && id !== undefined && resourceId.test(id)) return name;
  throw new GrpcError('INVALID_ARGUMENT', `Invalid [${collection}] name: (name=${name})`);
}

/** `orders` of `projects/p/topics/orders` */
export const shortName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** `p` of `projects/p/topics/orders` */
export const projectIdOf = (name: string): string => name.split('/')[1] ?? '';
