import assert from 'node:assert/strict';
import type { StoredMessage } from '../../local/stack-access.ts';
import { type App, causeOf, scenario } from '../scenario.ts';
import { type Acceptance, type Job, type Statement, statementKey } from './core.ts';

type Request = Omit<Job, 'id'>;

const minuteMs = 60_000;

function post(app: App, request: object, headers: Record<string, string> = {}): Promise<Response> {
  return app.fetchUntilAnswered('/jobs', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(request),
  });
}

/** Hands a job in over HTTP. */
async function submit(app: App, request: Request, headers?: Record<string, string>): Promise<Acceptance> {
  const response = await post(app, request, headers);
  assert.equal(response.status, 202, await response.clone().text());
  return (await response.json()) as Acceptance;
}

async function send(app: App, job: object): Promise<void> {
  await app.channel('queue_name').send({ body: JSON.stringify(job) });
}

async function resultOf(app: App, id: string): Promise<Statement | undefined> {
  const bytes = await app.bucket('bucket_name').get(statementKey(id));
  return bytes && (JSON.parse(Buffer.from(bytes).toString()) as Statement);
}

function deadLettersOf(app: App, id: string): StoredMessage[] {
  return app.deadLetters('dead_letter_queue_name').filter(({ body }) => body.includes(`"id":"${id}"`));
}

/** A job of a few movements in November. */
function request(app: App, fields: Partial<Request> = {}): Request {
  const lines = Array.from({ length: 1 + app.random.below(4) }, (_, index) => ({
    date: `2026-11-${String(1 + app.random.below(30)).padStart(2, '0')}`,
    text: `movement ${index}`,
    amountCents: app.random.below(20_000) - 10_000,
  }));
  return {
    account: `account-${app.random.below(1000)}`,
    month: '2026-11',
    openingBalanceCents: 500,
    lines,
    ...fields,
  };
}

function assertRight(
  result: Statement | undefined,
  id: string,
  { account, month, lines }: Request,
  openingCents: number,
) {
  assert.ok(result, `Job ${id} has no result.`);
  assert.equal(result.jobId, id);
  assert.equal(result.account, account);
  assert.equal(result.month, month);
  assert.equal(result.openingBalanceCents, openingCents);
  assert.equal(
    result.closingBalanceCents,
    lines.reduce((sum, { amountCents }) => sum + amountCents, openingCents),
  );
  assert.equal(result.lines.length, lines.length);
  assert.equal(result.lines.at(-1)?.balanceCents, result.closingBalanceCents);
}

async function run(app: App): Promise<void> {
  const prefix = app.random.uuid();
  let jobs = 0;
  const job = (fields: Partial<Job> = {}): Job => ({ id: `${prefix}-${jobs++}`, ...request(app, fields) });

  await app.step('a request is answered at once, its result follows', async () => {
    const wanted = request(app);
    const { id, correlationId, result } = await submit(app, wanted, { 'x-correlation-id': 'scenario-1' });
    assert.equal(correlationId, 'scenario-1');
    assert.equal(result, `results/${id}.json`);
    await app.settled();
    assertRight(await resultOf(app, id), id, wanted, 500);
  });

  await app.step('what is wrong with a request is told before it is accepted', async () => {
    const before = await app.bucket('bucket_name').list();
    const response = await post(app, { ...request(app), month: 'November' });
    assert.equal(response.status, 400);
    const { errors } = (await response.json()) as { errors: { path: string }[] };
    assert.ok(errors.some(({ path }) => path === 'month'));
    assert.equal((await post(app, request(app), { 'idempotency-key': 'two words' })).status, 400);
    await app.settled();
    assert.deepEqual(await app.bucket('bucket_name').list(), before);
  });

  await app.step('a request that is repeated with its idempotency key is one job', async () => {
    const wanted = request(app);
    const key = { 'idempotency-key': app.random.uuid() };
    const first = await submit(app, wanted, key);
    const again = await submit(app, wanted, key);
    assert.equal(again.id, first.id);
    await app.settled();
    assertRight(await resultOf(app, first.id), first.id, wanted, 500);
    assert.deepEqual(deadLettersOf(app, first.id), []);
  });

  await app.step('the same key with another request is a dead letter with its cause', async () => {
    const wanted = request(app);
    const key = { 'idempotency-key': app.random.uuid() };
    const { id } = await submit(app, wanted, key);
    await app.settled();
    await submit(app, { ...wanted, account: 'somebody-else' }, key);
    await app.settled();
    const [letter] = deadLettersOf(app, id);
    assert.ok(letter);
    assert.equal(causeOf(letter), 'IdReused');
    assert.match(letter.body, /somebody-else/);
    assertRight(await resultOf(app, id), id, wanted, 500);
  });

  await app.step('concurrent duplicates in the queue have one result', async () => {
    const raced = job();
    await Promise.all(Array.from({ length: 8 }, () => send(app, raced)));
    await app.settled();
    assertRight(await resultOf(app, raced.id), raced.id, raced, 500);
    assert.deepEqual(deadLettersOf(app, raced.id), []);
  });

  await app.step('what nobody can read is a dead letter at once', async () => {
    const body = `{"id":"${prefix}-unfinished"`;
    await app.channel('queue_name').send({ body });
    await app.settled();
    const letter = app.deadLetters('dead_letter_queue_name').find((message) => message.body === body);
    assert.equal(letter && causeOf(letter), 'InvalidMessage');
  });

  await app.step('of ten jobs together one cannot be done yet: only that one comes again', async () => {
    const earlier = job({
      account: 'anna',
      month: '2026-10',
      lines: [{ date: '2026-10-09', text: 'in', amountCents: 70 }],
    });
    const { openingBalanceCents: _, ...later } = job({ account: 'anna', continues: earlier.id });
    const others = Array.from({ length: 9 }, () => job());
    const all = others.toSpliced(4, 0, later);
    await Promise.all(all.map((one) => send(app, one)));
    await app.eventually(async () => {
      for (const other of others) assertRight(await resultOf(app, other.id), other.id, other, 500);
    });
    assert.equal(await resultOf(app, later.id), undefined);
    await send(app, earlier);
    await app.settled();
    assertRight(await resultOf(app, later.id), later.id, later, 570);
    for (const { id } of all) assert.deepEqual(deadLettersOf(app, id), []);
  });

  await app.step('what fails in every delivery is a dead letter with its cause', async () => {
    const { openingBalanceCents: _, ...orphan } = job({ continues: `${prefix}-nobody` });
    await send(app, orphan);
    await app.settled();
    const [letter] = deadLettersOf(app, orphan.id);
    assert.equal(letter && causeOf(letter), 'StatementMissing');
    assert.equal(await resultOf(app, orphan.id), undefined);
  });

  await app.step('a burst is worked off by as many instances as allowed, none of it refused', async () => {
    const burst = Array.from({ length: 24 }, () => job());
    await Promise.all(burst.map((one) => send(app, one)));
    await app.settled();
    for (const one of burst) assertRight(await resultOf(app, one.id), one.id, one, 500);
    for (const one of burst) assert.deepEqual(deadLettersOf(app, one.id), []);
  });

  await app.step('a copy that comes weeks later finds the result and changes nothing', async () => {
    const late = job();
    await send(app, late);
    await app.settled();
    app.advance(22 * 24 * 60 * minuteMs);
    await send(app, late);
    await app.settled();
    assertRight(await resultOf(app, late.id), late.id, late, 500);
    assert.deepEqual(deadLettersOf(app, late.id), []);
  });
}

async function invariant(app: App): Promise<void> {
  const prefix = app.random.uuid();
  const accepted: { id: string; request: Request; openingCents: number }[] = [];
  const flow: Promise<void>[] = [];
  const before = new Set((await app.bucket('bucket_name').list()).map(({ key }) => key));

  // Clients over HTTP repeat what was not answered, each with a key of its own.
  for (let count = 0; count < 4; count++) {
    const wanted = request(app);
    const key = { 'idempotency-key': app.random.uuid() };
    flow.push(
      submit(app, wanted, key).then(
        ({ id }) => void accepted.push({ id, request: wanted, openingCents: 500 }),
      ),
    );
  }
  // A sender that is not sure whether it has sent sends again; the last job goes on from the first.
  const jobs: Job[] = Array.from({ length: 5 }, (_, index) => ({
    id: `${prefix}-${index}`,
    ...request(app),
  }));
  const [first] = jobs;
  assert.ok(first);
  const { openingBalanceCents: _, ...following } = {
    ...request(app),
    id: `${prefix}-last`,
    account: first.account,
    month: '2026-12',
    continues: first.id,
    lines: [{ date: '2026-12-24', text: 'present', amountCents: -1 }],
  };
  const closingCents = first.lines.reduce((sum, { amountCents }) => sum + amountCents, 500);
  for (const job of [...jobs, following]) {
    accepted.push({ id: job.id, request: job, openingCents: job === following ? closingCents : 500 });
    for (let copies = app.random.below(3) === 0 ? 2 : 1; copies > 0; copies--) flow.push(send(app, job));
  }
  await Promise.all(flow);
  await app.settled();

  for (const { id, request, openingCents } of accepted) {
    const result = await resultOf(app, id);
    if (result) {
      assertRight(result, id, request, openingCents);
      continue;
    }
    const [letter] = deadLettersOf(app, id);
    assert.ok(letter, `Job ${id} has no result and is no dead letter.`);
    assert.ok(causeOf(letter), `Job ${id} is a dead letter without a cause.`);
  }
  const keys = new Set(accepted.map(({ id }) => statementKey(id)));
  for (const { key } of await app.bucket('bucket_name').list())
    assert.ok(before.has(key) || keys.has(key), `${key} is the result of no accepted job.`);
}

export default scenario({ run, invariant });
