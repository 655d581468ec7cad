/** Replaces `$context.name` variables; one that has no value becomes `-`, as API Gateway writes it. */
export function renderAccessLog(format: string, values: Readonly<Record<string, string>>): string {
  return format.replace(/\$context\.([A-Za-z][\w.]*\w)/g, (_match, name: string) => {
    const value = values[name];
    return value === undefined || value === '' ? '-' : escapeForJson(value);
  });
}

/** A value stands inside whatever quotes the format has. */
function escapeForJson(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
