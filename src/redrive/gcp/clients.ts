import { PubSub, v1 } from '@google-cloud/pubsub';
import type { Place } from '../place.ts';

export interface PubSubClients {
  subscriber: v1.SubscriberClient;
  publisher: v1.PublisherClient;
  projectId: string;
  /** The service account or user, where the credentials tell. */
  identity(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** With the application default credentials, or for the local cloud. */
export async function pubSubClients({ local }: Place): Promise<PubSubClients> {
  const pubsub = new PubSub(
    local
      ? {
          projectId: local.PUBSUB_PROJECT_ID ?? '',
          apiEndpoint: local.PUBSUB_EMULATOR_HOST ?? '',
          emulatorMode: true,
          universeDomain: 'googleapis.com',
        }
      : {},
  );
  // The generated clients take what the hand-written one has made of its options.
  const config = (await pubsub.getClientConfig()) as ConstructorParameters<typeof v1.SubscriberClient>[0] & {
    projectId?: string;
  };
  const subscriber = new v1.SubscriberClient(config);
  const publisher = new v1.PublisherClient(config);
  return {
    subscriber,
    publisher,
    projectId: config.projectId ?? '',
    async identity() {
      if (local) return undefined;
      return (await pubsub.auth.getCredentials()).client_email ?? undefined;
    },
    async close() {
      await Promise.all([subscriber.close(), publisher.close(), pubsub.close()]);
    },
  };
}
