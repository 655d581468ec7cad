/**
 * The settings a function cannot work without, read once at start so that a missing one fails the deployment's
 * first invocation with all missing names, not the hundredth with one.
 *
 * @throws Error naming every missing setting
 */
export function requireSettings<Name extends string>(
  environment: Record<string, string | undefined>,
  names: readonly Name[],
): Record<Name, string> {
  const missing = names.filter((name) => !environment[name]);
  if (missing.length > 0) {
    throw new Error(
      `Missing environment ${missing.length === 1 ? 'variable' : 'variables'}: ${missing.join(', ')}`,
    );
  }
  return Object.fromEntries(names.map((name) => [name, environment[name]])) as Record<Name, string>;
}
