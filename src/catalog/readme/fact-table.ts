import { type Fact, type FactTopic, terraformName } from '../../diagram/index.ts';
import { type CloudPart, cloudNames } from './clouds.ts';
import { codes, markdownTable } from './markdown.ts';

/**
 * The facts of one topic, a question per line and a cloud per column. Behind each answer stand the variables that
 * change it.
 */
export function factTable(question: string, topic: FactTopic, parts: readonly CloudPart[]): string {
  const labels = new Set(
    parts.flatMap(({ architecture }) =>
      architecture.facts.filter((fact) => fact.topic === topic).map(({ label }) => label),
    ),
  );
  return markdownTable(
    [question, ...parts.map(({ cloud }) => cloudNames[cloud])],
    [...labels].map((label) => [label, ...parts.map((part) => answer(part, label))]),
  );
}

/** One answer where all resources agree; otherwise each with the names of those that it is about. */
function answer(part: CloudPart, label: Fact['label']): string {
  const facts = part.architecture.facts.filter((fact) => fact.label === label);
  const byValue = Map.groupBy(facts, ({ value }) => value);
  const answers = [...byValue].map(([value, about]) => {
    const names = about.map(({ subject }) => nameOf(part, subject));
    return byValue.size === 1 ? value : `${names.join(', ')}: ${value}`;
  });
  const variables = [...new Set(facts.flatMap(({ setBy }) => part.origins.variablesOf(setBy)))];
  if (answers.length === 0) return '–';
  return `${answers.join('; ')}${variables.length === 0 ? '' : ` (${codes(variables)})`}`;
}

function nameOf({ stack }: CloudPart, address: string): string {
  const resource = stack.resources.find((candidate) => candidate.address === address);
  return resource ? terraformName(resource) : address;
}
