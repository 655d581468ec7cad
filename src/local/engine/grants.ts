import type { StackResource } from '../../terraform/stack.ts';

/** Where the configuration gives something: what a user opens to delete it. */
export interface GrantSource {
  /** `aws_iam_role_policy.worker` */
  address: string;
  /** Path relative to the root directory of the stack. */
  file: string;
  line: number;
}

/** The source of what `resource` gives. */
export const sourceOf = (resource: StackResource): GrantSource => ({
  address: resource.address,
  file: resource.source.file,
  line: resource.source.line,
});

/** What one policy statement, or one role assignment, gives one principal. */
export interface GrantSet {
  /** ARN, object id or member, as the cloud names it. */
  principal: string;
  /** Action patterns as written. */
  actions: readonly string[];
  /** Resource patterns, or the scope, as written. */
  resources: readonly string[];
  source: GrantSource;
  /** Which part of the source it is: `statement 2 "WriteItems"`. */
  part?: string;
  /**
   * Name of the role or vendor-managed policy that the actions come from: they can't be deleted one by one,
   * only the role as a whole be replaced.
   */
  role?: string;
}

interface FindingBase {
  principal: string;
  resource: string;
  source: GrantSource;
  part?: string;
}

/** A grant that was not needed as it is. */
export type GrantFinding =
  /** The action was never used on any resource of its statement: delete it. */
  | (FindingBase & { kind: 'unused-action'; action: string })
  /** No action of the statement was used on this resource: delete the resource from it. */
  | (FindingBase & { kind: 'unused-resource'; action: string })
  /** A wildcard of which only some actions were used: write those instead. */
  | (FindingBase & { kind: 'wide-action'; action: string; usedActions: string[]; usedResources: string[] })
  /** No action of the role was used: delete the assignment. */
  | (FindingBase & { kind: 'unused-role'; role: string })
  /** Only a part of the role was used: a narrower role, or one of your own, would do. */
  | (FindingBase & { kind: 'wide-role'; role: string; usedActions: string[]; unusedActions: string[] });

/** Marks what is used of one `GrantSet`. */
export interface GrantHandle {
  readonly set: GrantSet;
  /** `actionIndex` and `resourceIndex` say which patterns matched; `action` and `resource` what they matched. */
  use(actionIndex: number, resourceIndex: number, action: string, resource: string): void;
}

/** Resources of which a finding tells: enough to write a narrower pattern; a bucket may have millions of objects. */
const mostUsedResources = 1000;

class TrackedSet implements GrantHandle {
  readonly set: GrantSet;
  readonly usedActions: Set<string>[];
  readonly usedResources: Set<string>[];

  constructor(set: GrantSet) {
    this.set = set;
    this.usedActions = set.actions.map(() => new Set());
    this.usedResources = set.resources.map(() => new Set());
  }

  use(actionIndex: number, resourceIndex: number, action: string, resource: string): void {
    this.usedActions[actionIndex]?.add(action);
    const resources = this.usedResources[resourceIndex];
    if (resources && resources.size < mostUsedResources) resources.add(resource);
  }

  get isUsed(): boolean {
    return this.usedActions.some((used) => used.size > 0);
  }
}

const hasWildcard = (pattern: string) => /[*?]/.test(pattern) || pattern.startsWith('not ');
const sorted = (sets: readonly Set<string>[]) => [...new Set(sets.flatMap((set) => [...set]))].sort();

/**
 * Everything that the Terraform configuration permits, and which of it a run needed. A run that covers what
 * the stack does then shows which grants can go.
 */
export class GrantLedger {
  readonly #sets = new Map<GrantHandle, TrackedSet>();

  /** Enters one statement or role assignment; the handle takes what is used of it. */
  add(set: GrantSet): GrantHandle {
    const tracked = new TrackedSet(set);
    this.#sets.set(tracked, tracked);
    return tracked;
  }

  /** Strikes out what no longer exists, such as a policy that an exclusive attachment detached. */
  remove(handle: GrantHandle): void {
    this.#sets.delete(handle);
  }

  /** Everything entered, in the order of entry. */
  grants(): readonly GrantSet[] {
    return [...this.#sets.values()].map((tracked) => tracked.set);
  }

  /** What was not needed so far, by file, line and statement. */
  unused(): GrantFinding[] {
    const order = ({ source }: GrantFinding) => `${source.file}\n${String(source.line).padStart(6, '0')}`;
    return [...this.#sets.values()]
      .flatMap((tracked) =>
        tracked.set.role === undefined ? statementFindings(tracked) : roleFindings(tracked),
      )
      .map((finding, index) => ({ finding, index }))
      .sort((a, b) => order(a.finding).localeCompare(order(b.finding)) || a.index - b.index)
      .map(({ finding }) => finding);
  }
}

function base({ principal, resources, source, part }: GrantSet): FindingBase {
  return { principal, resource: resources.join(', '), source, ...(part !== undefined && { part }) };
}

function statementFindings(tracked: TrackedSet): GrantFinding[] {
  const { set } = tracked;
  const findings: GrantFinding[] = [];
  set.actions.forEach((action, index) => {
    const used = sorted(tracked.usedActions.slice(index, index + 1));
    if (used.length === 0) findings.push({ kind: 'unused-action', ...base(set), action });
    else if (hasWildcard(action))
      findings.push({
        kind: 'wide-action',
        ...base(set),
        action,
        usedActions: used,
        usedResources: sorted(tracked.usedResources),
      });
  });
  if (tracked.isUsed)
    set.resources.forEach((resource, index) => {
      if (tracked.usedResources[index]?.size === 0)
        findings.push({ kind: 'unused-resource', ...base(set), resource, action: set.actions.join(', ') });
    });
  return findings;
}

function roleFindings(tracked: TrackedSet): GrantFinding[] {
  const { set } = tracked;
  const role = set.role ?? '';
  if (!tracked.isUsed) return [{ kind: 'unused-role', ...base(set), role }];
  const usedActions = sorted(tracked.usedActions);
  const unused = set.actions.filter((_, index) => tracked.usedActions[index]?.size === 0);
  const unusedActions = [...new Set(unused)].filter((action) => !usedActions.includes(action));
  if (unusedActions.length === 0 && !set.actions.some(hasWildcard)) return [];
  return [{ kind: 'wide-role', ...base(set), role, usedActions, unusedActions }];
}

/** One line for a user: where it stands, what it is, what to do. */
export function describeFinding(finding: GrantFinding): string {
  const { source, part, principal, resource } = finding;
  const where = `${source.file}:${source.line} ${source.address}${part === undefined ? '' : `, ${part}`}`;
  switch (finding.kind) {
    case 'unused-action':
      return `${where}: ${principal} never used ${finding.action} on ${resource}. Delete the action.`;
    case 'unused-resource':
      return `${where}: ${principal} never used ${finding.action} on ${resource}. Delete the resource.`;
    case 'wide-action':
      return `${where}: of ${finding.action} on ${resource}, ${principal} used only ${finding.usedActions.join(', ')}. Write these instead.`;
    case 'unused-role':
      return `${where}: ${principal} never used ${finding.role} on ${resource}. Delete the assignment.`;
    case 'wide-role':
      return `${where}: of ${finding.role} on ${resource}, ${principal} used only ${finding.usedActions.join(', ')}. A narrower role would do.`;
  }
}
