import type { StackValues } from '../../../terraform/stack.ts';
import { stableId } from '../../engine/stable-id.ts';
import type { ResourceType, ResourceTypes } from '../../resource-type.ts';
import type { AwsScope } from '../service.ts';

/** A network resource: an id with its prefix and what other resources refer to. */
function networkResource(
  prefix: string,
  kind: string,
  more: (values: StackValues, scope: AwsScope, id: string) => StackValues = () => ({}),
): ResourceType<AwsScope, undefined> {
  return {
    attributes(values, scope, address) {
      const id = `${prefix}-${stableId(address, 17, '0123456789abcdef')}`;
      const { partition, region, accountId } = scope;
      return {
        id,
        arn: `arn:${partition}:ec2:${region}:${accountId}:${kind}/${id}`,
        owner_id: accountId,
        tags_all: values.tags ?? {},
        ...more(values, scope, id),
      };
    },
    declaredOnly:
      'functions and services of a local run share one machine; there is no network between them to shape',
  };
}

/** The parts of a VPC. */
export const vpcResourceTypes: ResourceTypes<AwsScope, undefined> = {
  aws_vpc: networkResource('vpc', 'vpc', (_values, _scope, id) => ({
    default_route_table_id: `rtb-${id.slice(4)}`,
    default_security_group_id: `sg-${id.slice(4)}`,
    main_route_table_id: `rtb-${id.slice(4)}`,
  })),
  aws_subnet: networkResource('subnet', 'subnet'),
  aws_route_table: networkResource('rtb', 'route-table'),
  aws_route_table_association: networkResource('rtbassoc', 'route-table-association'),
  aws_security_group: networkResource('sg', 'security-group'),
  aws_default_security_group: networkResource('sg', 'security-group'),
  aws_vpc_security_group_ingress_rule: networkResource(
    'sgr',
    'security-group-rule',
    (_values, _scope, id) => ({
      security_group_rule_id: id,
    }),
  ),
  aws_vpc_security_group_egress_rule: networkResource(
    'sgr',
    'security-group-rule',
    (_values, _scope, id) => ({
      security_group_rule_id: id,
    }),
  ),
  aws_vpc_endpoint: networkResource('vpce', 'vpc-endpoint', (_values, { region }) => ({
    prefix_list_id: `pl-${stableId(region, 8, '0123456789abcdef')}`,
    state: 'available',
    dns_entry: [],
  })),
};
