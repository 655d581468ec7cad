/** An Application Insights component, where telemetry goes. */
export interface Component {
  id: string;
  name: string;
  /** Resource id of the Log Analytics workspace behind it, on which the data is billed. */
  workspaceId: string;
  instrumentationKey: string;
  /** Whether telemetry is taken from senders that show nothing but the instrumentation key. */
  localAuthenticationEnabled: boolean;
}

/** The Application Insights components of the stack, found by the connection string that names them. */
export class ApplicationInsights {
  readonly #components = new Map<string, Component>();

  add(component: Component): void {
    this.#components.set(component.instrumentationKey, component);
  }

  /** The component of `InstrumentationKey={};IngestionEndpoint={};...`. */
  component(connectionString: string): Component | undefined {
    const key = /(?:^|;)InstrumentationKey=([^;]+)/i.exec(connectionString)?.[1];
    return key === undefined ? undefined : this.#components.get(key);
  }
}
