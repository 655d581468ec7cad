export { channelsOf } from './channels.ts';
export type { OutgoingPubsubMessage } from './message.ts';
export { PubSub } from './pubsub.ts';
export { PushDelivery } from './push.ts';
export { pubsubResourceTypes } from './resource-types.ts';
export { isPubsubPath, pubsubRest } from './rest.ts';
export { grpcServices } from './services.ts';
