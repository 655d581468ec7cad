// What rhea has and its types do not tell. https://github.com/amqp/rhea
import rhea, { type Connection, type Delivery, type Dictionary, type Sender } from 'rhea';

export interface AmqpErrorFields {
  condition: string;
  description: string;
}

interface Described {
  described(): unknown;
}

interface Outcomes {
  accepted(): Described;
  rejected(fields: { error: AmqpErrorFields }): Described;
  modified(fields: object): Described;
}

const isOutcomes = (value: object): value is Outcomes => 'accepted' in value && 'rejected' in value;

function outcomes(): Outcomes {
  const { message } = rhea;
  if (!isOutcomes(message)) throw new TypeError('rhea has no outcomes');
  return message;
}

/** Ends a delivery that we made: the client learns that its outcome holds, or why it does not. */
export function settle(delivery: Delivery, error?: AmqpErrorFields): void {
  const outcome = error ? outcomes().rejected({ error }) : outcomes().accepted();
  const update = () => {
    delivery.update(true, outcome.described());
    // A client that wants to hear of the settlement does not settle by itself; rhea would keep the delivery for ever.
    Object.assign(delivery, { remote_settled: true });
  };
  if (error) inFramesOfItsOwn(delivery, update);
  else update();
}

/** Refuses a delivery that a client made. */
export function reject(delivery: Delivery, error: AmqpErrorFields): void {
  inFramesOfItsOwn(delivery, () => delivery.reject(error));
}

/**
 * rhea tells the outcomes of consecutive deliveries that are settled in one turn in one frame, and does not compare those
 * of the first two: a message that is refused right after another one was taken would be told as taken, and be lost. It
 * has to be a later turn, as rhea tells its events again when it is made to write while it tells them.
 */
function inFramesOfItsOwn({ link }: Delivery, update: () => void): void {
  const { connection } = link;
  if (!hasOutput(connection)) throw new TypeError('rhea has changed: a connection has no output');
  setImmediate(() => {
    if (!connection.is_open()) return;
    connection._process();
    update();
    connection._process();
  });
}

interface SenderInternals {
  credit: number;
  _draining: boolean | undefined;
  local: { attach: { properties?: Dictionary<unknown> } };
  state: { local_open: boolean; open_requests: number };
}

const hasInternals = (sender: Sender): sender is Sender & SenderInternals =>
  'credit' in sender && 'local' in sender && 'state' in sender;

function internals(sender: Sender): Sender & SenderInternals {
  if (!hasInternals(sender)) throw new TypeError('rhea has changed: a sender has no credit');
  return sender;
}

/** How many messages the client waits for. */
export const creditOf = (sender: Sender): number => internals(sender).credit;

/** Whether the client wants what there is and nothing later. */
export const isDraining = (sender: Sender): boolean => internals(sender)._draining ?? false;

/** Keeps the client waiting for the answer to its attach, which rhea would send at once. Returns what sends it. */
export function holdAttach(sender: Sender): (properties?: Dictionary<unknown>) => void {
  const link = internals(sender);
  link.state.local_open = false;
  link.state.open_requests--;
  return (properties) => {
    if (properties) link.local.attach.properties = properties;
    sender.open();
  };
}

interface ConnectionInternals {
  _process(): void;
  output(): void;
}

const hasOutput = (connection: Connection): connection is Connection & ConnectionInternals =>
  '_process' in connection && 'output' in connection;

/** Closes a connection at once: rhea ends its socket after an error, before what it has to write is written. */
export function closeNow(connection: Connection, error: AmqpErrorFields): void {
  if (!hasOutput(connection)) throw new TypeError('rhea has changed: a connection has no output');
  // What cannot be written fails again here.
  if (!connection.is_open()) return;
  connection.close(error);
  connection._process();
  connection.output();
}
