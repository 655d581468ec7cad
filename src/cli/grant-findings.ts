import type { GrantFinding } from '../local/engine/grants.ts';

/** One finding as a sentence that says what to change, and where. */
export function describeFinding(finding: GrantFinding): string {
  const { source, principal } = finding;
  const part = finding.part === undefined ? '' : `, ${finding.part}`;
  const place = `${source.file}:${source.line} ${source.address}${part}`;
  const who = principal.split('/').at(-1) ?? principal;
  switch (finding.kind) {
    case 'unused-action':
      return `${place}: ${who} may ${finding.action} on ${finding.resource} but never did; delete the action`;
    case 'unused-resource':
      return `${place}: ${who} may use ${finding.resource} but never did; delete the resource`;
    case 'wide-action':
      return `${place}: ${who} may ${finding.action} but only used ${finding.usedActions.join(', ')}; grant those`;
    case 'unused-role':
      return `${place}: ${who} has ${finding.role} on ${finding.resource} but never used it; delete the assignment`;
    case 'wide-role':
      return `${place}: ${who} has ${finding.role} and used only ${finding.usedActions.join(', ')}; a narrower role would do`;
  }
}
