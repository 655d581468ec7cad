/** Whether a process works: by itself, or because the operating system works for it. */
export interface ProcessWork {
  /** Processor time that the process has used so far. */
  cpuMs: number;
  /**
   * Whether the operating system has something to do for it, a file to read or a name to look up: it is not at rest,
   * although it uses no processor itself. https://nodejs.org/api/process.html#processgetactiveresourcesinfo
   */
  isServed: boolean;
}

/** The work of this process. */
export function workOfProcess(): ProcessWork {
  const { user, system } = process.cpuUsage();
  const isServed = process.getActiveResourcesInfo().some((name) => /Req|Immediate/.test(name));
  return { cpuMs: (user + system) / 1000, isServed };
}
