/** From an evaluated stack to what a reader needs to see of it: a graph of boxes and edges, and tables of facts. */
export type * from './architecture.ts';
export { clientId, factLabels, telemetryId, terraformName } from './architecture.ts';
export { mermaid } from './mermaid.ts';
export { readArchitecture, ruleFor, UnknownTypeError } from './read-architecture.ts';
