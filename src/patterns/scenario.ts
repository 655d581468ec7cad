import type { Random } from '../local/engine/random.ts';
import type { Bucket, Channel, StoredMessage, Table } from '../local/stack-access.ts';
import type { Cloud } from '../package/clouds.ts';

/**
 * A running pattern as its scenario sees it: public entrances and public effects, the same on every cloud. Queues,
 * buckets and tables go by the name of the Terraform output that names them: `queue_name`, `dead_letter_queue_name`,
 * `topic_name`, `bucket_name`, `table_name`.
 */
export interface App {
  cloud: Cloud;
  /** Where input of the scenario's own comes from: the same seed gives the same input. */
  random: Random;
  /** Calls the pattern's HTTP entrance. `path` starts with a slash. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /**
   * Calls as a client does that does not give up: again while the answer is a 429, a 5xx or a broken connection. Only
   * for requests that may be repeated.
   */
  fetchUntilAnswered(path: string, init?: RequestInit): Promise<Response>;
  /** Value of a Terraform output. @throws Error that names the outputs there are */
  output(name: string): string;
  /** A queue or topic, to send to and to look into. */
  channel(output: string): Channel;
  /** What stands in a dead-letter queue now. */
  deadLetters(output: string): StoredMessage[];
  bucket(output: string): Bucket;
  /** What a table, container or collection holds now, as plain JSON. */
  documents(output: string): Promise<Record<string, unknown>[]>;
  table(output: string): Table;
  /** Lets time pass: scheduled events, ends of visibility timeouts, retries come due. */
  advance(durationMs: number): void;
  /**
   * Waits until nothing runs, and nothing waits to be processed or delivered again; time passes as fast as it can.
   *
   * @throws Error that names what is still there when it does not come to rest within a simulated day
   */
  settled(): Promise<void>;
  /** Waits until `check` no longer throws, at most so long in real time (10 s by default); throws its last error. */
  eventually(check: () => void | Promise<void>, withinMs?: number): Promise<void>;
  /** Names what is being shown; a failure is reported under this name. */
  step(name: string, prove: () => Promise<void>): Promise<void>;
}

export interface Scenario {
  /** What the pattern does, step by step, on a quiet day. */
  run(app: App): Promise<void>;
  /**
   * What holds whatever goes wrong. Drives the entrances with work of its own (retrying as a client would what is
   * refused), waits until the stack is `settled`, and checks that every accepted input has exactly one effect or stands
   * in a dead-letter queue with its cause. Runs under injected faults, with input of the run's own seed.
   */
  invariant?(app: App): Promise<void>;
}

/** The proof of a pattern: throws (an AssertionError, as a rule) when the pattern does not do what it claims. */
export function scenario(proof: ((app: App) => Promise<void>) | Scenario): Scenario {
  return typeof proof === 'function' ? { run: proof } : proof;
}

/** Deliveries that every queue here gives a message before it moves it to the dead letters. */
const mostDeliveries = 5;

/**
 * Why a message is a dead letter: what its consumer says, or else EventBridge or the platform. Of a message whose last
 * delivery crashed, so that nobody could say anything, SQS and Pub/Sub tell only how often they have delivered it.
 */
export function causeOf({ attributes, cause, receiveCount }: StoredMessage): string | undefined {
  const { DeadLetterReason, ERROR_CODE, CloudPubSubDeadLetterSourceDeliveryCount: counted } = attributes;
  const deliveries = Number(counted ?? receiveCount);
  const platform = deliveries >= mostDeliveries ? 'MaxDeliveries' : undefined;
  return DeadLetterReason ?? ERROR_CODE ?? cause ?? platform;
}
