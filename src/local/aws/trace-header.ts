/** What an `X-Amzn-Trace-Id` header says. */
export interface TraceHeader {
  /** `1-5759e988-bd862e3fe1be46a994272793` */
  root: string;
  parent: string | undefined;
  sampled: boolean;
}

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
export function parseTraceHeader(header: string | undefined): TraceHeader | undefined {
  const root = /Root=([^;]+)/.exec(header ?? '')?.[1];
  if (header === undefined || root === undefined) return undefined;
  return { root, parent: /Parent=([^;]+)/.exec(header)?.[1], sampled: header.includes('Sampled=1') };
}
