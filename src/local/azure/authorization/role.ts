// What a role permits. https://learn.microsoft.com/azure/role-based-access-control/role-definitions
import type { RolePermissions } from './built-in-roles.ts';

export type ActionKind = 'action' | 'dataAction';

/** Finds which of a role's patterns, in the order of `patterns`, permits an action. */
export interface CompiledRole {
  /** Actions and then data actions of all permissions, as written. */
  readonly patterns: readonly string[];
  /** Index of the pattern that permits `action` (in lower case), or -1. */
  permits(kind: ActionKind, action: string): number;
}

/** Permissions add up; `notActions` take away only from the permission that they stand in. */
export function compileRole(permissions: readonly RolePermissions[]): CompiledRole {
  const patterns: string[] = [];
  const rules = permissions.flatMap((permission) => {
    const rule = (kind: ActionKind, allowed: readonly string[] = [], not: readonly string[] = []) => {
      const firstIndex = patterns.length;
      patterns.push(...allowed);
      return { kind, firstIndex, allowed: allowed.map(matcher), not: not.map(matcher) };
    };
    return [
      rule('action', permission.actions, permission.notActions),
      rule('dataAction', permission.dataActions, permission.notDataActions),
    ];
  });
  return {
    patterns,
    permits(kind, action) {
      for (const rule of rules) {
        if (rule.kind !== kind) continue;
        const index = rule.allowed.findIndex((matches) => matches(action));
        if (index >= 0 && !rule.not.some((matches) => matches(action))) return rule.firstIndex + index;
      }
      return -1;
    },
  };
}

/** A wildcard stands for any characters, slashes included; actions don't regard case. */
function matcher(pattern: string): (action: string) => boolean {
  const lower = pattern.toLowerCase();
  if (!lower.includes('*')) return (action) => action === lower;
  const source = lower.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${source.join('.*')}$`, 's');
  return (action) => expression.test(action);
}

/** Whether an assignment at `scope` counts for `resource`: the resource itself and what lies below. Both in lower case. */
export function covers(scope: string, resource: string): boolean {
  return scope === '' || resource === scope || resource.startsWith(`${scope}/`);
}

/** Lower case, without a slash at the end; the root scope `/` becomes empty. */
export const normalScope = (scope: string): string => scope.toLowerCase().replace(/\/+$/, '');
