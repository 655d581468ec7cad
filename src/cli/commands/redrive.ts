import os from 'node:os';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import colours from 'picocolors';
import type { Cloud } from '../../package/clouds.ts';
import { type AuditLine, auditFile } from '../../redrive/audit.ts';
import { type CauseGroup, causeGroups } from '../../redrive/cause-groups.ts';
import type { DeadLetter, DeadLetterQueue } from '../../redrive/dead-letter.ts';
import { parseChange } from '../../redrive/edit.ts';
import { parseFilters } from '../../redrive/filter.ts';
import { openDeadLetterQueue } from '../../redrive/open.ts';
import type { PaceClock } from '../../redrive/pace.ts';
import type { Place } from '../../redrive/place.ts';
import { type RedriveOptions, type RedriveSummary, redrive } from '../../redrive/redrive.ts';
import { RedriveError } from '../../redrive/redrive-error.ts';
import { editBodies } from '../edit-bodies.ts';
import { type Output, table } from '../output.ts';
import { askRunningApp } from '../running-apps.ts';

export interface QueueChoice {
  queue: string;
  /** Of whose real account; the running pattern without it. */
  account: Cloud | undefined;
}

export interface LookOptions {
  filters: readonly string[];
  /** How many letters to look at. */
  limit: number;
}

export interface RunOptions extends LookOptions {
  action: RedriveOptions['action'];
  to: string | undefined;
  rate: number;
  maximumRedrives: number;
  dryRun: boolean;
  changes: readonly string[];
  edit: boolean;
  native: boolean;
  yes: boolean;
  /** File of the audit. */
  audit: string | undefined;
}

/** Where the audit goes when nobody says where. */
export const defaultAuditFile = 'redrive-audit.jsonl';

/** `serverless-patterns redrive list <queue>` */
export async function listDeadLetters(
  output: Output,
  choice: QueueChoice,
  { filters, limit }: LookOptions,
): Promise<number> {
  const filter = parseFilters(filters);
  return withQueue(choice, async (queue, signal) => {
    const nowMs = Date.now();
    const found = await queue.browse(limit, signal);
    if (signal.aborted) return interruptedCode;
    const letters = found.filter((letter) => filter(letter, nowMs));
    const groups = causeGroups(letters, nowMs);
    const complete = found.length < limit;
    output.result({ queue: queue.name, count: letters.length, complete, groups });
    for (const caveat of queue.caveats) output.warn(caveat);
    if (!complete) output.warn(`These are the first ${limit}; see more with --limit.`);
    if (letters.length === 0) output.text(`No dead letters in ${queue.name}.`);
    else output.text(groupsTable(letters.length, queue.name, groups));
    return 0;
  });
}

function groupsTable(count: number, name: string, groups: readonly CauseGroup[]): string {
  const rows = groups.map(
    ({ cause, count: ofCause, oldestAgeSeconds, receiveCounts, redrivenBefore, examples }) => [
      String(ofCause),
      cause.length > 100 ? `${cause.slice(0, 99)}…` : cause,
      ageText(oldestAgeSeconds),
      receiveCounts ? [...new Set([receiveCounts.least, receiveCounts.most])].join('-') : '',
      redrivenBefore > 0 ? String(redrivenBefore) : '',
      examples[0] ?? '',
    ],
  );
  const heads = ['count', 'cause', 'oldest', 'received', 'redriven before', 'for example'];
  return `${count} dead ${count === 1 ? 'letter' : 'letters'} in ${name}\n\n${table([heads, ...rows])}`;
}

/** `serverless-patterns redrive show <queue>` */
export async function showDeadLetters(
  output: Output,
  choice: QueueChoice,
  { filters, limit, id }: LookOptions & { id: string | undefined },
): Promise<number> {
  const filter = parseFilters(id === undefined ? filters : [...filters, `id=${id}`]);
  return withQueue(choice, async (queue, signal) => {
    const nowMs = Date.now();
    const found = await queue.browse(limit, signal);
    if (signal.aborted) return interruptedCode;
    const letters = found.filter((letter) => filter(letter, nowMs));
    output.result(letters.map((letter) => described(letter)));
    for (const caveat of queue.caveats) output.warn(caveat);
    if (letters.length === 0) {
      const what = id === undefined ? 'dead letter that meets the filter' : `dead letter ${id}`;
      output.warn(`There is no ${what} among the first ${limit} of ${queue.name}.`);
      return 1;
    }
    output.text(letters.map((letter) => letterText(letter, nowMs)).join('\n\n'));
    return 0;
  });
}

function described({ body, enqueuedAtMs, ...letter }: DeadLetter) {
  const text = body.toString();
  return {
    ...letter,
    enqueuedAt: new Date(enqueuedAtMs).toISOString(),
    ...(Buffer.from(text).equals(body) ? { body: text } : { bodyBase64: body.toString('base64') }),
  };
}

function letterText(letter: DeadLetter, nowMs: number): string {
  const { key, messageId, cause, source, group, receiveCount, redriveCount, enqueuedAtMs, attributes } =
    letter;
  const facts = [
    ['id', messageId === key ? key : `${key} (message id ${messageId})`],
    ['cause', cause.reason],
    ['', cause.description],
    ['came from', source ?? 'nobody tells'],
    ['group', group ?? ''],
    [
      'age',
      `${ageText(Math.round((nowMs - enqueuedAtMs) / 1000))}, since ${new Date(enqueuedAtMs).toISOString()}`,
    ],
    ['received', receiveCount === undefined ? '' : `${receiveCount} times`],
    [
      'redriven',
      redriveCount === 0 ? 'never' : `${redriveCount} times, at last ${attributes.RedrivenAt ?? ''}`,
    ],
    ...Object.entries(attributes).map(([name, value]) => [`  ${name}`, value]),
  ].filter(([, value]) => value !== '');
  return `${table(facts)}\n\n${prettyBody(letter.body)}`;
}

function prettyBody(body: Buffer): string {
  const text = body.toString();
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return Buffer.from(text).equals(body)
      ? text
      : `${body.length} bytes that are no text:\n${body.toString('base64')}`;
  }
}

function ageText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** `serverless-patterns redrive run <queue>` and `purge` */
export async function runRedrive(output: Output, choice: QueueChoice, options: RunOptions): Promise<number> {
  const { action, to, filters, rate, limit, maximumRedrives, dryRun, audit, yes } = options;
  const filter = parseFilters(filters);
  const changes = options.changes.map(parseChange);
  if (action === 'purge' && filters.length === 0)
    throw new RedriveError('purge deletes for good: say which letters with --filter.');
  if (action === 'purge' && !yes && !dryRun)
    throw new RedriveError('purge deletes for good: say --yes, or look first with --dry-run.');
  if (options.native) return runNative(output, choice, options);
  return withQueue(choice, async (queue, signal) => {
    const what = filters.length === 0 ? 'all dead letters' : `the dead letters with ${filters.join(' and ')}`;
    if (choice.account && !dryRun && !yes)
      await confirm(`Redrive ${what} of ${queue.name} in your ${choice.account} account?`);
    const edits = options.edit
      ? await editBodies(
          (await queue.browse(browseLimit, signal))
            .filter((letter) => filter(letter, Date.now()))
            .slice(0, limit),
        )
      : undefined;
    const file = audit ?? (dryRun ? undefined : defaultAuditFile);
    const write = file === undefined ? () => undefined : auditFile(file);
    for (const caveat of queue.caveats) output.warn(caveat);
    const who = await whoAmI(queue);
    const progress = progressLine(output);
    const summary = await redrive(
      queue,
      { action, to, filter, rate, limit, maximumRedrives, dryRun, changes, edits, acceptsFanOut: yes, who },
      { clock: machineClock, audit: write, signal, progress },
    );
    output.result({ queue: queue.name, dryRun, ...summary, ...(file !== undefined && { audit: file }) });
    output.text(summaryText(queue.name, summary, file));
    if (summary.stopped === 'interrupted') return interruptedCode;
    return summary.failures.length > 0 ? 1 : 0;
  });
}

/** More than this nobody edits by hand. */
const browseLimit = 1000;

async function runNative(output: Output, choice: QueueChoice, options: RunOptions): Promise<number> {
  const { filters, changes, edit, dryRun, limit, to, rate, yes, action } = options;
  if (
    filters.length > 0 ||
    changes.length > 0 ||
    edit ||
    dryRun ||
    Number.isFinite(limit) ||
    action === 'purge'
  )
    throw new RedriveError(
      '--native moves every message as it is: it takes no --filter, --set, --edit, --limit or --dry-run.',
    );
  const place = await placeOf(choice);
  if (place.cloud !== 'aws') throw new RedriveError('--native is a service of SQS; the others have none.');
  if (choice.account && !yes) await confirm(`Move all messages of ${place.queue} in your aws account?`);
  const { moveAll } = await import('../../redrive/aws/move-task.ts');
  const { openSqsQueue } = await import('../../redrive/aws/sqs-queue.ts');
  const queue = await openSqsQueue(place);
  try {
    const file = options.audit ?? defaultAuditFile;
    const audit = auditFile(file);
    const who = await whoAmI(queue);
    const moved = await interruptible((signal) =>
      moveAll(place, { to, rate }, { clock: machineClock, signal, audit, who }),
    );
    output.result({ queue: queue.name, ...moved, audit: file });
    output.text(`${colours.green('✓')} ${moved.moved} moved from ${queue.name}: ${moved.status}`);
    if (moved.failureReason !== undefined) output.warn(moved.failureReason);
    if (moved.status === 'CANCELLED') return interruptedCode;
    return moved.status === 'COMPLETED' ? 0 : 1;
  } finally {
    await queue.close();
  }
}

async function placeOf({ queue, account }: QueueChoice): Promise<Place> {
  if (account) return { cloud: account, queue };
  return askRunningApp<Place>(`/place?queue=${encodeURIComponent(queue)}`);
}

async function withQueue(
  choice: QueueChoice,
  work: (queue: DeadLetterQueue, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const queue = await openDeadLetterQueue(await placeOf(choice));
  try {
    return await interruptible((signal) => work(queue, signal));
  } catch (error) {
    // What a vendor's SDK throws says what the vendor refuses; anything else is a defect of ours.
    if (error instanceof Error && ('$metadata' in error || 'code' in error))
      throw new RedriveError(`${queue.name}: ${error.message}`);
    throw error;
  } finally {
    await queue.close();
  }
}

/** What shells give a program that SIGINT has ended: 128 and the signal's number. */
const interruptedCode = 130;

/** Ctrl-C ends the work between two messages; a second one ends the process. */
async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of signals) process.removeListener(signal, stop);
  }
}

/** @throws RedriveError when the answer is no or Ctrl-C, or there is nobody to ask */
async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new RedriveError('This changes a real account: say --yes, or look first with --dry-run.');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${question} [y/N] `).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'AbortError') return '';
    throw error;
  });
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new RedriveError('Nothing was done.');
}

async function whoAmI(queue: DeadLetterQueue): Promise<AuditLine['who']> {
  const identity = await queue.identity();
  return { user: os.userInfo().username, ...(identity !== undefined && { identity }) };
}

const machineClock: PaceClock = {
  now: () => Date.now(),
  async sleep(durationMs, signal) {
    try {
      await sleep(durationMs, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  },
};

/** Once a second says how far it is. */
function progressLine(output: Output): (summary: RedriveSummary) => void {
  let shownAtMs = Date.now();
  return ({ outcomes, seen }) => {
    if (Date.now() - shownAtMs < 1000) return;
    shownAtMs = Date.now();
    const parts = Object.entries(outcomes).flatMap(([outcome, count]) =>
      count > 0 ? `${count} ${outcome}` : [],
    );
    output.progress(`${seen} seen, ${parts.join(', ')}`);
  };
}

const stops: Record<NonNullable<RedriveSummary['stopped']>, string> = {
  limit: 'Stopped at --limit; the others are where they were.',
  interrupted: 'Interrupted: what was not sent on is where it was.',
  failures: 'Stopped after three failures in a row; what was not sent on is where it was.',
};

function summaryText(name: string, summary: RedriveSummary, audit: string | undefined): string {
  const { seen, outcomes, left, failures, stopped } = summary;
  const rows = Object.entries(outcomes)
    .filter(([outcome, count]) => count > 0 && outcome !== 'left')
    .map(([outcome, count]) => [String(count), outcome]);
  return [
    `${seen} dead ${seen === 1 ? 'letter' : 'letters'} of ${name} looked at`,
    table([...rows, ...Object.entries(left).map(([why, count]) => [String(count), `left: ${why}`])]),
    ...failures.slice(0, 10).map(({ key, detail }) => colours.red(`${key}: ${detail}`)),
    ...(outcomes['sent-not-removed'] > 0
      ? [
          'What was sent and not removed stands in both queues: consumers will see it twice if it is redriven again.',
        ]
      : []),
    ...(stopped ? [stops[stopped]] : []),
    ...(audit === undefined ? [] : [`Audit: ${audit}`]),
  ]
    .filter((line) => line !== '')
    .join('\n');
}
