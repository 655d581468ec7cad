import type { Fallback, Places } from './places.ts';
import { TemplateError } from './places.ts';
import { isObject, type TemplateObject, type TemplateValue } from './template-value.ts';

/** A member of the `Resources` section. */
export interface TemplateResource {
  logicalId: string;
  type: string;
  properties: TemplateObject;
  dependsOn: string[];
  /** Where it stands; of what SAM generates, where that comes from. */
  place: Fallback;
}

/** What says how a stack is created, changed and deleted, which a local run does not do. */
const deploymentAttributes = [
  'CreationPolicy',
  'DeletionPolicy',
  'Metadata',
  'UpdatePolicy',
  'UpdateReplacePolicy',
];

/** The resources whose condition holds. */
export function readResources(
  section: TemplateValue | undefined,
  places: Places,
  holds: (condition: string, at: TemplateObject) => boolean,
): TemplateResource[] {
  if (!isObject(section)) throw new TemplateError('the template has no Resources');
  return Object.entries(section).flatMap(([logicalId, resource]) => {
    if (!/^[A-Za-z0-9]+$/.test(logicalId))
      throw places.error('a logical id has letters and digits only', section, logicalId);
    if (!isObject(resource)) throw places.error('a resource is an object with a Type', section, logicalId);
    const { Type, Properties = {}, DependsOn = [], Condition } = resource;
    if (typeof Type !== 'string') throw places.error('Type is missing', section, logicalId);
    if (!isObject(Properties)) throw places.error('must be an object', resource, 'Properties');
    const others = Object.keys(resource).find(
      (key) => !['Condition', 'DependsOn', 'Properties', 'Type', ...deploymentAttributes].includes(key),
    );
    if (others !== undefined) throw places.error('a resource has no such attribute', resource, others);
    if (Condition !== undefined && !holds(String(Condition), resource)) return [];
    const position = places.of(section, logicalId) ?? { file: '', line: 1, column: 1 };
    return {
      logicalId,
      type: Type,
      properties: Properties,
      dependsOn: (Array.isArray(DependsOn) ? DependsOn : [DependsOn]).map(String),
      place: { position, path: `Resources.${logicalId}` },
    };
  });
}

/**
 * The resources in an order in which each stands after all that it refers to or depends on.
 *
 * @param needs logical ids that a resource refers to
 * @throws TemplateError naming those that refer to each other in a circle
 */
export function inOrder(
  resources: readonly TemplateResource[],
  needs: (resource: TemplateResource) => Iterable<string>,
): TemplateResource[] {
  const byId = new Map(resources.map((resource) => [resource.logicalId, resource]));
  const done = new Set<string>();
  const result: TemplateResource[] = [];
  const visit = (resource: TemplateResource, path: readonly string[]): void => {
    const { logicalId, place } = resource;
    if (done.has(logicalId)) return;
    if (path.includes(logicalId)) {
      const circle = path.slice(path.indexOf(logicalId));
      throw new TemplateError(
        `Circular dependency between resources: [${circle.join(', ')}]`,
        place.position,
        place.path,
      );
    }
    for (const id of needs(resource)) {
      const needed = byId.get(id);
      if (needed) visit(needed, [...path, logicalId]);
    }
    done.add(logicalId);
    result.push(resource);
  };
  for (const resource of resources) visit(resource, []);
  return result;
}
