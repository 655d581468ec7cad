// https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-troubleshoot

/** https://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-transport-v1.0-os.html#type-amqp-error */
export const decodeError = 'amqp:decode-error';

/** An answer that refuses: AMQP's error condition, its description, and the status that `$management` gives. */
export class ServiceBusError extends Error {
  /** `com.microsoft:message-lock-lost` */
  readonly condition: string;
  readonly status: number;

  constructor(condition: string, status: number, description: string) {
    super(description);
    this.name = 'ServiceBusError';
    this.condition = condition;
    this.status = status;
  }
}

export const messageLockLost = () =>
  new ServiceBusError(
    'com.microsoft:message-lock-lost',
    410,
    'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.',
  );

export const sessionLockLost = (sessionId: string) =>
  new ServiceBusError(
    'com.microsoft:session-lock-lost',
    410,
    `The lock for the session '${sessionId}' has expired on the session receiver. Accept a new MessageSession.`,
  );

export const sessionCannotBeLocked = (sessionId: string) =>
  new ServiceBusError(
    'com.microsoft:session-cannot-be-locked',
    410,
    `The requested session '${sessionId}' cannot be accepted. It may be locked by another receiver.`,
  );

export const timedOut = (waitMs: number) =>
  new ServiceBusError(
    'com.microsoft:timeout',
    408,
    `The operation did not complete within the allocated time ${new Date(waitMs).toISOString().slice(11, 23)}.`,
  );

export const entityNotFound = (uri: string) =>
  new ServiceBusError('amqp:not-found', 404, `The messaging entity '${uri}' could not be found.`);

export const entityDisabled = (path: string) =>
  new ServiceBusError(
    'com.microsoft:entity-disabled',
    403,
    `Messaging entity '${path}' is currently disabled.`,
  );

export const unauthorized = (claim: 'Send' | 'Listen' | 'Manage', uri: string) =>
  new ServiceBusError(
    'amqp:unauthorized-access',
    401,
    `Unauthorized access. '${claim}' claim(s) are required to perform this operation. Resource: '${uri}'.`,
  );

export const messageNotFound = (description: string) =>
  new ServiceBusError('com.microsoft:message-not-found', 404, description);

export const invalidOperation = (description: string) =>
  new ServiceBusError('amqp:not-allowed', 400, description);

export const argumentError = (description: string) =>
  new ServiceBusError('com.microsoft:argument-error', 400, description);

export const messageTooLarge = (sizeBytes: number, limitBytes: number) =>
  new ServiceBusError(
    'amqp:link:message-size-exceeded',
    403,
    `The received message (delivery-id:0, size:${sizeBytes} bytes) exceeds the limit (${limitBytes} bytes) currently allowed on the link.`,
  );

export const serverBusy = () =>
  new ServiceBusError(
    'com.microsoft:server-busy',
    503,
    'The request was terminated because the entity is being throttled. Error code : 50009. Please wait 2 seconds and try again.',
  );

export const serviceDown = () =>
  new ServiceBusError(
    'amqp:internal-error',
    500,
    'The service was unable to process the request; please retry the operation.',
  );

/** What came is no AMQP, or no message. */
export const malformed = (error: unknown) =>
  new ServiceBusError(
    decodeError,
    400,
    `The message cannot be decoded: ${error instanceof Error ? error.message : String(error)}`,
  );

/** What is wrong on this side. */
export const internalError = (error: unknown) =>
  new ServiceBusError(
    'amqp:internal-error',
    500,
    `The local cloud has failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );

/** What the vendor's service can do and this one cannot. */
export const notSupported = (what: string) =>
  new ServiceBusError('amqp:not-implemented', 501, `The local cloud does not support ${what}.`);
