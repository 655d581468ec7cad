/** A running pattern as its scenario sees it: public entrances and public effects, the same on every cloud. */
export interface App {
  /** Calls the pattern's HTTP entrance. `path` starts with a slash. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Names what is being shown; a failure is reported under this name. */
  step(name: string, prove: () => Promise<void>): Promise<void>;
}

export interface Scenario {
  run(app: App): Promise<void>;
}

/** The proof of a pattern: throws (an AssertionError, as a rule) when the pattern does not do what it claims. */
export function scenario(run: (app: App) => Promise<void>): Scenario {
  return { run };
}
