import colours from 'picocolors';
import type { Span } from '../../local/engine/trace-store.ts';
import type { Output } from '../output.ts';
import { askRunningApp } from '../running-apps.ts';

const barWidth = 40;

/** `serverless-patterns traces` */
export async function traces(output: Output, options: { last: number }): Promise<number> {
  const all = await askRunningApp<{ traceId: string; spans: Span[] }[]>(`/traces?last=${options.last}`);
  output.result(all);
  if (all.length === 0) output.text('No request has been traced yet.');
  for (const { traceId, spans } of all) {
    const startMs = Math.min(...spans.map((span) => span.startMs));
    const endMs = Math.max(...spans.map((span) => span.startMs + span.durationMs));
    const scale = barWidth / Math.max(endMs - startMs, 0.001);
    output.text(`${colours.bold(traceId)} ${colours.dim(`${(endMs - startMs).toFixed(1)} ms`)}`);
    for (const span of spans) {
      const before = Math.min(barWidth - 1, Math.floor((span.startMs - startMs) * scale));
      const length = Math.max(1, Math.min(barWidth - before, Math.round(span.durationMs * scale)));
      const bar = `${' '.repeat(before)}${'━'.repeat(length)}`.padEnd(barWidth);
      const cold = span.attributes.coldStart === true ? colours.yellow(' cold start') : '';
      output.text(
        `  ${span.failed ? colours.red(bar) : colours.green(bar)} ${span.durationMs.toFixed(1).padStart(7)} ms  ${span.service} ${span.name}${cold}`,
      );
    }
  }
  return 0;
}
