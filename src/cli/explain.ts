/** Errors whose message is written for the user: what is wrong, where, and what to do. */
const forUsers = new Set([
  'CatalogError',
  'ConfigurationError',
  'CostError',
  'FaultPlanError',
  'NotRunningError',
  'PortInUseError',
  'PriceBookError',
  'RedriveError',
  'RefusedError',
  'TemplateError',
  'TerraformError',
]);

/** What to print for an error that ended a command: a message for a mistake, the stack for a defect of ours. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return `Error: ${String(error)}`;
  if (error.name === 'TerraformError') return error.message;
  if (forUsers.has(error.name)) return `Error: ${error.message}`;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC') return `Error: the disk is full (${error.message}). Free some space and try again.`;
  if (code === 'EACCES' || code === 'EROFS') return `Error: no permission to write: ${error.message}`;
  const messages = buildMessages(error);
  if (messages) return messages;
  return `Error: ${error.stack ?? error.message}`;
}

/** esbuild's failures carry their own messages, with file and line. */
function buildMessages(error: Error): string | undefined {
  if (!('errors' in error) || !Array.isArray(error.errors)) return undefined;
  const lines = (
    error.errors as { text?: string; location?: { file: string; line: number; lineText: string } | null }[]
  ).map(({ text, location }) =>
    location
      ? `Error: ${text}\n\n  on ${location.file} line ${location.line}:\n  ${location.line}: ${location.lineText}`
      : `Error: ${text}`,
  );
  return lines.join('\n');
}
