/** Messages as they come, on a stream that stays open: what the client libraries read with. */
import type { Lease } from '../../engine/queued-message.ts';
import { duplex, type GrpcCall, GrpcError, type GrpcMethod, type GrpcStream } from '../grpc-server.ts';
import { receiptOf } from './ack-id.ts';
import { billedBytes, type PubsubMessage } from './message.ts';
import { streamingPullRequest, streamingPullResponse } from './messages.ts';
import { notFound, type PubSub } from './pubsub.ts';
import { checkDeadline, consumed, received } from './subscriber.ts';
import type { Subscription } from './subscription.ts';

type Request = ReturnType<typeof streamingPullRequest.decode>;
type Response = Parameters<typeof streamingPullResponse.encode>[0];

/** Messages in one response. */
const largestResponse = 1000;

export const streamingPull = (pubsub: PubSub): GrpcMethod =>
  duplex(streamingPullRequest, streamingPullResponse, (stream, call) => {
    let open: OpenPull | undefined;
    return {
      message(request: Request) {
        if (open) open.request(request);
        else {
          open = new OpenPull(pubsub, stream, call, request);
          open.request(request);
          void open.run();
        }
      },
      close: () => open?.close(),
    };
  });

class OpenPull {
  readonly #pubsub: PubSub;
  readonly #stream: GrpcStream<Response>;
  readonly #subscription: Subscription;
  readonly #closing = new AbortController();
  /** Given to this client and not settled yet, with their sizes in bytes. */
  readonly #outstanding = new Map<string, number>();
  readonly #maximumMessages: number;
  readonly #maximumBytes: number;
  readonly #unlisten: () => void;
  #outstandingBytes = 0;
  #deadlineSeconds: number;
  #onRoom: (() => void) | undefined;

  constructor(pubsub: PubSub, stream: GrpcStream<Response>, call: GrpcCall, first: Request) {
    this.#pubsub = pubsub;
    this.#stream = stream;
    this.#subscription = consumed(pubsub, first.subscription, call.principal);
    this.#deadlineSeconds = checkStreamDeadline(first.streamAckDeadlineSeconds);
    // Zero and less ask for no limit.
    this.#maximumMessages = Number(first.maxOutstandingMessages) || Number.POSITIVE_INFINITY;
    this.#maximumBytes = Number(first.maxOutstandingBytes) || Number.POSITIVE_INFINITY;
    this.#unlisten = this.#subscription.messages.onEvent(({ kind, message }) => {
      if (kind !== 'delivered' && kind !== 'redelivered') this.#forget(message.id);
    });
  }

  /** Acknowledgements and deadlines that come on the stream itself. */
  request(request: Request): void {
    const { ackIds, modifyDeadlineAckIds, modifyDeadlineSeconds, streamAckDeadlineSeconds } = request;
    this.#subscription.used();
    if (streamAckDeadlineSeconds !== 0) this.#deadlineSeconds = checkStreamDeadline(streamAckDeadlineSeconds);
    if (modifyDeadlineAckIds.length !== modifyDeadlineSeconds.length)
      throw new GrpcError(
        'INVALID_ARGUMENT',
        'modify_deadline_ack_ids and modify_deadline_seconds must have the same length.',
      );
    const acknowledged = ackIds.map((ackId) => ({
      ackId,
      isDone: this.#subscription.acknowledge(receiptOf(ackId)) === 'done',
    }));
    const modified = modifyDeadlineAckIds.map((ackId, index) => {
      const seconds = modifyDeadlineSeconds[index] ?? 0;
      checkDeadline(seconds);
      const outcome = this.#subscription.messages.changeLease(receiptOf(ackId), seconds * 1000);
      return { ackId, isDone: outcome === 'done' };
    });
    if (!this.#subscription.settings.enableExactlyOnceDelivery) return;
    if (acknowledged.length > 0)
      this.#stream.write({ acknowledgeConfirmation: confirmation(acknowledged), ...this.#properties() });
    if (modified.length > 0)
      this.#stream.write({ modifyAckDeadlineConfirmation: confirmation(modified), ...this.#properties() });
  }

  async run(): Promise<void> {
    const { signal } = this.#closing;
    const { messages, name } = this.#subscription;
    this.#stream.write(this.#properties());
    while (!signal.aborted) {
      const room = this.#room();
      if (room <= 0) {
        await new Promise<void>((resolve) => {
          this.#onRoom = resolve;
        });
        continue;
      }
      const leases = await messages.receiveOrWait({
        maximumMessages: Math.min(room, largestResponse),
        leaseMs: this.#deadlineSeconds * 1000,
        waitMs: Number.POSITIVE_INFINITY,
        signal,
      });
      if (leases.length > 0) this.#send(leases);
      else if (!signal.aborted) {
        const { subscriptions } = this.#pubsub;
        const isGone = subscriptions.get(name) !== this.#subscription;
        this.#stream.end(isGone ? notFound(name) : new GrpcError('UNAVAILABLE', 'The stream has ended.'));
      }
    }
  }

  close(): void {
    this.#closing.abort();
    this.#unlisten();
    this.#onRoom?.();
  }

  #room(): number {
    return this.#outstandingBytes >= this.#maximumBytes ? 0 : this.#maximumMessages - this.#outstanding.size;
  }

  #send(leases: readonly Lease<PubsubMessage>[]): void {
    for (const { message } of leases) {
      const bytes = billedBytes(message.content);
      this.#outstanding.set(message.id, bytes);
      this.#outstandingBytes += bytes;
    }
    const receivedMessages = received(this.#pubsub, this.#subscription, leases);
    this.#stream.write({ receivedMessages, ...this.#properties() });
  }

  #forget(id: string): void {
    this.#outstandingBytes -= this.#outstanding.get(id) ?? 0;
    this.#outstanding.delete(id);
    this.#onRoom?.();
    this.#onRoom = undefined;
  }

  #properties() {
    const { enableExactlyOnceDelivery, enableMessageOrdering } = this.#subscription.settings;
    return {
      subscriptionProperties: {
        exactlyOnceDeliveryEnabled: enableExactlyOnceDelivery,
        messageOrderingEnabled: enableMessageOrdering,
      },
    };
  }
}

function checkStreamDeadline(seconds: number): number {
  if (seconds >= 10 && seconds <= 600) return seconds;
  throw new GrpcError(
    'INVALID_ARGUMENT',
    `Invalid stream_ack_deadline_seconds given (${seconds}). It has to be between 10 and 600.`,
  );
}

const confirmation = (results: readonly { ackId: string; isDone: boolean }[]) => ({
  ackIds: results.filter(({ isDone }) => isDone).map(({ ackId }) => ackId),
  invalidAckIds: results.filter(({ isDone }) => !isDone).map(({ ackId }) => ackId),
});
