import { describe, expect, it } from 'vitest';
import { describeFinding, GrantLedger } from './grants.ts';

const source = { address: 'aws_iam_role_policy.worker', file: 'iam.tf', line: 12 };

describe('GrantLedger', () => {
  it('reports the one action of a statement that was not used', () => {
    const ledger = new GrantLedger();
    const handle = ledger.add({
      principal: 'role/worker',
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
      resources: ['arn:table'],
      source,
      part: 'statement 1',
    });
    handle.use(0, 0, 'dynamodb:GetItem', 'arn:table');
    handle.use(1, 0, 'dynamodb:PutItem', 'arn:table');
    const findings = ledger.unused();
    expect(findings).toEqual([
      {
        kind: 'unused-action',
        principal: 'role/worker',
        action: 'dynamodb:DeleteItem',
        resource: 'arn:table',
        source,
        part: 'statement 1',
      },
    ]);
    expect(findings.map(describeFinding)).toEqual([
      'iam.tf:12 aws_iam_role_policy.worker, statement 1: role/worker never used dynamodb:DeleteItem on arn:table. Delete the action.',
    ]);
  });

  it('reports a wildcard with the actions that were used, and a resource that none was used on', () => {
    const ledger = new GrantLedger();
    const handle = ledger.add({
      principal: 'role/worker',
      actions: ['sqs:*'],
      resources: ['arn:a', 'arn:b'],
      source,
    });
    handle.use(0, 0, 'sqs:SendMessage', 'arn:a');
    handle.use(0, 0, 'sqs:DeleteMessage', 'arn:a');
    handle.use(0, 0, 'sqs:SendMessage', 'arn:a');
    expect(ledger.unused()).toMatchObject([
      {
        kind: 'wide-action',
        action: 'sqs:*',
        usedActions: ['sqs:DeleteMessage', 'sqs:SendMessage'],
        usedResources: ['arn:a'],
      },
      { kind: 'unused-resource', resource: 'arn:b', action: 'sqs:*' },
    ]);
  });

  it('reports a role as a whole, not its actions one by one', () => {
    const ledger = new GrantLedger();
    const used = ledger.add({
      principal: 'p',
      actions: ['x.get', 'x.list'],
      resources: ['/a'],
      source,
      role: 'Reader',
    });
    ledger.add({ principal: 'p', actions: ['y.get', 'y.put'], resources: ['/b'], source, role: 'Writer' });
    used.use(0, 0, 'x.get', '/a');
    expect(ledger.unused()).toMatchObject([
      { kind: 'wide-role', role: 'Reader', usedActions: ['x.get'], unusedActions: ['x.list'] },
      { kind: 'unused-role', role: 'Writer' },
    ]);
    used.use(1, 0, 'x.list', '/a');
    expect(ledger.unused()).toMatchObject([{ kind: 'unused-role', role: 'Writer' }]);
  });

  it('reports in the order of the files and forgets what was removed', () => {
    const ledger = new GrantLedger();
    ledger.add({ principal: 'p', resources: ['r'], actions: ['a:late'], source: { ...source, line: 101 } });
    ledger.add({ principal: 'p', resources: ['r'], actions: ['a:early'], source: { ...source, line: 20 } });
    const gone = ledger.add({ principal: 'p', resources: ['r'], actions: ['a:gone'], source });
    ledger.remove(gone);
    expect(ledger.unused()).toMatchObject([{ action: 'a:early' }, { action: 'a:late' }]);
    expect(ledger.grants()).toHaveLength(2);
  });
});
