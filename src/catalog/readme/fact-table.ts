import {
  type Architecture,
  type FactLabel,
  type FactTopic,
  factLabels,
  terraformName,
} from '../../diagram/index.ts';
import type { Stack } from '../../terraform/stack.ts';
import { type CloudPart, cloudNames } from './clouds.ts';
import { code, codes, markdownTable } from './markdown.ts';

/**
 * The facts of one topic, a question per line and a cloud per column. Behind each answer stand the variables that
 * change it.
 */
export function factTable(topic: FactTopic, parts: readonly CloudPart[]): string {
  const answers = factLabels[topic].map((label) => ({
    label,
    cells: parts.map(({ architecture, stack, origins }) => {
      const answer = answerOf(label, architecture, stack);
      const variables = new Set(
        architecture.facts
          .filter((fact) => fact.label === label)
          .flatMap(({ setBy }) => origins.variablesOf(setBy)),
      );
      return variables.size === 0 ? answer : `${answer} (${codes([...variables])})`;
    }),
  }));
  return markdownTable(
    ['', ...parts.map(({ cloud }) => cloudNames[cloud])],
    answers
      .filter(({ cells }) => cells.some((cell) => cell !== none))
      .map(({ label, cells }) => [label, ...cells]),
  );
}

/** What another environment answers otherwise, as `from → to`. */
export function changesTable(parts: readonly CloudPart[]): string {
  const rows = Object.values(factLabels)
    .flat()
    .map((label) => ({
      label,
      cells: parts.map(({ architecture, stack, elsewhere }) => {
        if (!elsewhere) return none;
        const here = answerOf(label, architecture, stack);
        const there = answerOf(label, elsewhere.architecture, elsewhere.stack);
        return here === there ? none : `${here} → ${there}`;
      }),
    }));
  return markdownTable(
    ['', ...parts.map(({ cloud }) => cloudNames[cloud])],
    rows
      .filter(({ cells }) => cells.some((cell) => cell !== none))
      .map(({ label, cells }) => [label, ...cells]),
  );
}

const none = '–';

/** One answer where all resources agree; otherwise each with the names of those that it is about. */
function answerOf(label: FactLabel, { facts }: Architecture, { resources }: Stack): string {
  const byValue = Map.groupBy(
    facts.filter((fact) => fact.label === label),
    ({ value }) => value,
  );
  const nameOf = (address: string) => {
    const resource = resources.find((candidate) => candidate.address === address);
    return code(resource ? terraformName(resource) : address);
  };
  const answers = [...byValue].map(([value, about]) =>
    byValue.size === 1 ? value : `${about.map(({ subject }) => nameOf(subject)).join(', ')}: ${value}`,
  );
  return answers.length === 0 ? none : answers.join('; ');
}
