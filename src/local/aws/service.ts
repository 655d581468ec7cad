import type { Clock } from '../engine/clock.ts';
import type { Course } from '../engine/course.ts';
import type { Meter } from '../engine/meter.ts';
import type { Random } from '../engine/random.ts';

/** What AWS ids and ARNs are made of. */
export interface AwsScope {
  /** Twelve digits. */
  accountId: string;
  region: string;
  /** `aws`, `aws-cn`, `aws-us-gov` */
  partition: string;
}

/** What every AWS service of the local cloud is given. */
export interface AwsRuntime extends AwsScope {
  clock: Clock;
  meter: Meter;
  random: Random;
  course: Course;
}

/** Who makes a call. An outside client on the plain local port is the account's administrator. */
export type AwsPrincipal =
  | { kind: 'administrator'; arn: string; accountId: string }
  | { kind: 'role'; arn: string; sessionName: string; accountId: string };

/** One action on one resource, as IAM evaluates it. */
export interface AccessRequest {
  /** `dynamodb:PutItem` */
  action: string;
  /** ARN */
  resource: string;
  /** IAM condition keys of this call in lower case, for example `dynamodb:leadingkeys`. */
  context?: Record<string, string[]>;
}

export interface AwsCall {
  principal: AwsPrincipal;
  requestId: string;
  /** Where a client reached the local cloud that did not use AWS's host names: `http://127.0.0.1:4566`. */
  localEndpoint?: string;
  /** Value of the X-Amzn-Trace-Id header. */
  traceHeader?: string;
}

/** `Input` and `Output` are what the operation's request and response hold, in the wire form of its protocol. */
export interface AwsOperation<Input = unknown, Output = unknown> {
  /** What the call needs; all of it must be granted. Called before `run`; it may throw for malformed input. */
  access(input: Input): AccessRequest[];
  run(input: Input, call: AwsCall): Output | Promise<Output>;
}

/** How requests and responses look on the wire. */
export type AwsProtocol =
  | {
      kind: 'json';
      version: '1.0' | '1.1';
      target: string;
      /** Of a service that once spoke the Query protocol: what an error is called there. */
      queryErrorCode?(code: string): string;
    }
  | {
      kind: 'query';
      xmlns: string;
      version: string;
      /** Input that the path of the request stands for, when the form does not have it. */
      pathInput?: string;
      /** Of a service whose operations name errors otherwise. */
      queryErrorCode?(code: string): string;
    };

/** A service with one operation per request. REST services (S3, Lambda) bring a handler of their own. */
export interface AwsService {
  /** Name in the signing scope: `dynamodb`. */
  signingName: string;
  protocol: AwsProtocol;
  // biome-ignore lint/suspicious/noExplicitAny: each operation parses its own input; the table holds all of them
  operations: Record<string, AwsOperation<any, any>>;
}

/** An error as AWS answers it. */
export class AwsError extends Error {
  override name = 'AwsError';
  /** Error code without namespace: `ConditionalCheckFailedException`. */
  readonly code: string;
  readonly status: number;
  /** Modelled members besides the message, for example `Item` or `CancellationReasons`. */
  readonly members: Record<string, unknown>;

  constructor(code: string, message: string, status = 400, members: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.members = members;
  }
}
