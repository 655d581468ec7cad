import type { DeploymentScope, ProviderRequest, StackValues } from '../stack.ts';
import { readAwsData } from './aws.ts';
import { readAzureData } from './azurerm.ts';
import { readGoogleData } from './google.ts';
import { terraformData } from './terraform.ts';

/** Attributes of data sources that need no cloud: they only transform their arguments, or tell where we are. */
export function readBuiltInData(request: ProviderRequest, scope: DeploymentScope): StackValues | undefined {
  if (request.type.startsWith('aws_')) return readAwsData(request, scope.aws);
  if (request.type.startsWith('azurerm_')) return readAzureData(request, scope.azure);
  if (request.type.startsWith('google_')) return readGoogleData(request, scope.google);
  return undefined;
}

/** Attributes of the resources that Terraform itself provides. */
export function readBuiltInResource(request: ProviderRequest): StackValues | undefined {
  return request.type === 'terraform_data' ? terraformData(request) : undefined;
}
