import * as z from 'zod';

/** What an operator asks for. */
export const RedriveRequest = z.strictObject({
  /** Names this redrive in the audit. */
  id: z.string().regex(/^[\w.-]{1,64}$/),
  /** Who asks, for the audit. */
  operator: z.string().min(1).max(100),
  /** Only dead letters with this cause. */
  reason: z.string().optional(),
  /** Members of the body to set before it goes back: the repair. */
  set: z.record(z.string(), z.json()).optional(),
  ratePerSecond: z.number().min(0.1).max(100).default(10),
  limit: z.int().min(1).max(10_000).default(1000),
  /** Says what would be done, and does nothing. */
  dryRun: z.boolean().default(false),
});
export type RedriveRequest = z.output<typeof RedriveRequest>;

/** A message in the dead-letter queue. */
export interface DeadLetter {
  /** The id that it had before it was dead-lettered, where that is known. */
  messageId: string;
  body: string;
  /** `unknown` when the platform has moved it, because its consumer crashed or was out of time. */
  reason: string;
  /** How often it has been sent back so far, and by which redrive at last. */
  redrives: number;
  lastRedrive?: string;
}

export interface DeadLetterQueue<Letter extends DeadLetter> {
  /** Some that this run has not had yet; none at the end. They stay hidden from others for the time of the run. */
  take(): Promise<Letter[]>;
  /** Sends it to the queue that it came from, with its attributes but without its cause, and deletes it. */
  sendBack(letter: Letter, change: { body: string; delaySeconds: number; redrive: string }): Promise<void>;
  /** Shows it to others again, as it was. */
  leave(letter: Letter): Promise<void>;
}

/** One line for each dead letter that a redrive has looked at and that its filter meant. */
export interface AuditLine {
  /** Redrive and message: a redrive that is repeated after a crash writes the same line. */
  id: string;
  redrive: string;
  operator: string;
  messageId: string;
  reason: string;
  outcome: 'redriven' | 'would-redrive' | 'kept';
  /** Why it was kept, or what was changed. */
  detail: string;
  /** ISO 8601 */
  at: string;
}

export interface Ports<Letter extends DeadLetter> {
  queue: DeadLetterQueue<Letter>;
  audit: { write(line: AuditLine): Promise<void> };
  now: () => Date;
  /** How often a message may be sent back unrepaired. */
  maximumRedrives: number;
}

type Decision = { kind: 'keep'; detail: string } | { kind: 'send'; body: string; detail: string };

/**
 * Sends dead letters back to their queue: those that the request means, no faster than it allows, each with a line in the
 * audit. What has come back too often without a repair stays, so that poison does not go round in circles.
 */
export function redriver<Letter extends DeadLetter>({ queue, audit, now, maximumRedrives }: Ports<Letter>) {
  return async (request: RedriveRequest): Promise<{ redriven: number; kept: number }> => {
    const left: Letter[] = [];
    let redriven = 0;
    let kept = 0;
    const handle = async (letter: Letter) => {
      const isMeant = request.reason === undefined || request.reason === letter.reason;
      // What this redrive has sent back itself and what has failed again is for the next one to look at.
      if (!isMeant || letter.lastRedrive === request.id || redriven + kept >= request.limit) {
        left.push(letter);
        return;
      }
      const decision = decide(letter, request, maximumRedrives);
      const isSent = decision.kind === 'send' && !request.dryRun;
      await audit.write({
        id: `${request.id}:${letter.messageId}`,
        redrive: request.id,
        operator: request.operator,
        messageId: letter.messageId,
        reason: letter.reason,
        outcome: decision.kind === 'keep' ? 'kept' : isSent ? 'redriven' : 'would-redrive',
        detail: decision.detail,
        at: now().toISOString(),
      });
      if (decision.kind === 'send' && isSent) {
        const delaySeconds = Math.floor(redriven / request.ratePerSecond);
        await queue.sendBack(letter, { body: decision.body, delaySeconds, redrive: request.id });
        redriven++;
      } else {
        left.push(letter);
        kept++;
      }
    };
    try {
      for (let letters = await queue.take(); letters.length > 0; letters = await queue.take())
        for (const letter of letters) await handle(letter);
    } finally {
      await Promise.all(left.map((letter) => queue.leave(letter)));
    }
    return { redriven, kept };
  };
}

function decide(letter: DeadLetter, { set }: RedriveRequest, maximumRedrives: number): Decision {
  if (set === undefined) {
    if (letter.redrives >= maximumRedrives)
      return { kind: 'keep', detail: `came back ${letter.redrives} times; it needs a repair` };
    return { kind: 'send', body: letter.body, detail: 'unchanged' };
  }
  let value: unknown;
  try {
    value = JSON.parse(letter.body);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { kind: 'keep', detail: 'its body is no JSON object, so no member of it can be set' };
  return { kind: 'send', body: JSON.stringify({ ...value, ...set }), detail: `set ${JSON.stringify(set)}` };
}
