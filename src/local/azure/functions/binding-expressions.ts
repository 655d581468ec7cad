// https://learn.microsoft.com/azure/azure-functions/functions-bindings-expressions-patterns
import type { Binding } from './typed-data.ts';

/**
 * A binding with `%SETTING%` in its texts replaced by the app's settings.
 *
 * @throws Error as the host's when there is no such setting
 */
export function withSettings(binding: Binding, settings: Readonly<Record<string, string>>): Binding {
  const resolved = Object.entries(binding).map(([name, value]) => [name, resolve(value, settings)]);
  return { ...binding, ...Object.fromEntries(resolved) };
}

function resolve(value: unknown, settings: Readonly<Record<string, string>>): unknown {
  if (typeof value !== 'string') return value;
  return value.replace(/%([^%]+)%/g, (_, name: string) => {
    const setting = settingOf(settings, name);
    if (setting === undefined) throw new Error(`'%${name}%' does not resolve to a value.`);
    return setting;
  });
}

/** The host's configuration knows names in any case. */
export function settingOf(settings: Readonly<Record<string, string>>, name: string): string | undefined {
  const exact = settings[name];
  if (exact !== undefined) return exact;
  const found = Object.keys(settings).find((key) => key.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : settings[found];
}
