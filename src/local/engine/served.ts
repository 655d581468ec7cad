/**
 * Whether the operating system works for this process right now, reading a file or looking up a name: it is not at
 * rest, although it uses no processor itself.
 *
 * https://nodejs.org/api/process.html#processgetactiveresourcesinfo
 */
export const isServed = (): boolean =>
  process.getActiveResourcesInfo().some((name) => /Req|Immediate/.test(name));
