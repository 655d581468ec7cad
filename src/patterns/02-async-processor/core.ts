import * as z from 'zod';
import { Problem } from '../../middleware/http/problem.ts';
import { canonicalJson } from '../../middleware/idempotency/idempotency.ts';
import { parseBody } from '../../middleware/messaging/message.ts';
import { Permanent } from '../../middleware/messaging/permanent.ts';

/** What to make a statement of: the movements of an account in a month. */
export interface Job {
  /** Whoever sends the job twice gives it the same id; the result goes by it. */
  id: string;
  account: string;
  /** `2026-11` */
  month: string;
  /** Balance before the first movement. */
  openingBalanceCents?: number | undefined;
  /** Instead of the balance: id of the job whose statement this one goes on from. */
  continues?: string | undefined;
  lines: Movement[];
}

export interface Movement {
  /** A day of the month: `2026-11-03`. */
  date: string;
  text: string;
  /** Above 0 for what comes in. */
  amountCents: number;
}

/** The result of a job. The same job always gives the same statement. */
export interface Statement {
  jobId: string;
  account: string;
  month: string;
  openingBalanceCents: number;
  creditsCents: number;
  debitsCents: number;
  closingBalanceCents: number;
  /** In the order of their dates, each with the balance after it. */
  lines: (Movement & { balanceCents: number })[];
  /** Of the job. */
  payloadHash: string;
}

/** Name of the object that holds a job's statement. */
export const statementKey = (jobId: string) => `results/${jobId}.json`;

/** What a client learns when its job is accepted. */
export interface Acceptance {
  id: string;
  /** Is in the logs and traces of everything that the job causes. */
  correlationId?: string | undefined;
  /** Name that its result will have in the bucket. */
  result: string;
}

/** Where statements are kept. */
export interface StatementStore {
  /** Writes the statement if there is none for its job, in one atomic step; false otherwise. */
  create(statement: Statement): Promise<boolean>;
  get(jobId: string): Promise<Statement | undefined>;
}

const Name = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'must have 1 to 64 letters, digits, dots, hyphens or underscores');
const Cents = z.int().min(-1_000_000_000).max(1_000_000_000);

const fields = {
  account: Name,
  month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a year and a month, such as 2026-11'),
  openingBalanceCents: Cents.optional(),
  continues: Name.optional(),
  lines: z
    .array(
      z.strictObject({
        date: z.iso.date(),
        text: z
          .string()
          .min(1)
          .max(100)
          .refine((text) => text.isWellFormed(), 'must not hold half of a surrogate pair'),
        amountCents: Cents,
      }),
    )
    .min(1)
    .max(500),
};

function checkFields(
  { month, openingBalanceCents, continues, lines }: Omit<Job, 'id'>,
  context: z.RefinementCtx,
) {
  const fail = (path: PropertyKey[], message: string) =>
    context.addIssue({ code: 'custom', path, message, input: undefined });
  if ((openingBalanceCents === undefined) === (continues === undefined))
    fail(['openingBalanceCents'], 'must be there, or continues, and not both');
  for (const [index, { date }] of lines.entries())
    if (!date.startsWith(month)) fail(['lines', index, 'date'], `must be a day of ${month}`);
}

const JobRequest = z.strictObject(fields).superRefine(checkFields);
const JobBody = z.strictObject({ id: Name, ...fields }).superRefine(checkFields);

export class InvalidJob extends Problem {
  override name = 'InvalidJob';
  constructor(error: z.ZodError) {
    super(400, 'Invalid Job', {
      detail: 'The job has invalid fields.',
      errors: error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
    });
  }
}

/** The statement that a job goes on from is not there, yet: queues keep no order. */
export class StatementMissing extends Error {
  override name = 'StatementMissing';
}

/** Somebody else is writing the same statement at this moment. */
export class Conflict extends Error {
  override name = 'Conflict';
}

/** Checks what a client wants done. @throws InvalidJob */
export function jobOf(id: string, request: unknown): Job {
  const parsed = JobRequest.safeParse(request);
  if (!parsed.success) throw new InvalidJob(parsed.error);
  return { id, ...parsed.data };
}

export function acceptanceOf({ id }: Job, correlationId: string | undefined): Acceptance {
  return { id, correlationId, result: statementKey(id) };
}

export interface StatementWorker {
  /**
   * Makes the statement that a message asks for, whether the message comes once or many times.
   *
   * @throws Permanent `InvalidMessage`, `IdReused`, `WrongPredecessor`
   * @throws Conflict, StatementMissing: the message may come again
   */
  work(body: string): Promise<'done' | 'duplicate'>;
}

/** Turns jobs from messages that come at least once into exactly one statement each. */
export function statementWorker(ports: {
  store: StatementStore;
  hash: (text: string) => string;
}): StatementWorker {
  const { store, hash } = ports;
  const openingBalanceOf = async (job: Job): Promise<number> => {
    if (job.continues === undefined) return job.openingBalanceCents ?? 0;
    const predecessor = await store.get(job.continues);
    if (!predecessor)
      throw new StatementMissing(`There is no statement of job ${job.continues}, which ${job.id} continues.`);
    if (predecessor.account !== job.account || predecessor.month >= job.month)
      throw new Permanent(
        'WrongPredecessor',
        `Job ${job.id} is for ${job.account} in ${job.month} and cannot continue ${predecessor.account} in ${predecessor.month}.`,
      );
    return predecessor.closingBalanceCents;
  };
  return {
    async work(body) {
      const job: Job = parseBody(JobBody, body);
      const payloadHash = hash(canonicalJson(job));
      if (await store.create(statementOf(job, await openingBalanceOf(job), payloadHash))) return 'done';
      const standing = await store.get(job.id);
      if (!standing) throw new Conflict(`The statement of job ${job.id} is being written.`);
      if (standing.payloadHash === payloadHash) return 'duplicate';
      throw new Permanent('IdReused', `Job ${job.id} was done before with other contents.`);
    },
  };
}

/** The statement of a month: movements by date, the balance after each, and what they come to. */
export function statementOf(job: Job, openingBalanceCents: number, payloadHash: string): Statement {
  let balanceCents = openingBalanceCents;
  let creditsCents = 0;
  let debitsCents = 0;
  const lines = job.lines
    .toSorted((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0))
    .map((line) => {
      balanceCents += line.amountCents;
      if (line.amountCents > 0) creditsCents += line.amountCents;
      else debitsCents -= line.amountCents;
      return { ...line, balanceCents };
    });
  return {
    jobId: job.id,
    account: job.account,
    month: job.month,
    openingBalanceCents,
    creditsCents,
    debitsCents,
    closingBalanceCents: balanceCents,
    lines,
    payloadHash,
  };
}
