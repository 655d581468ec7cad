/** Configurations that Terraform rejects: where it says that something is wrong, and what our message must contain. */
interface Rejected {
  files: Record<string, string>;
  /** `file:line` of the first error; undefined when Terraform names no place. */
  at: string | undefined;
  message: string;
}

const main = (text: string, at: string | undefined, message: string): Rejected => ({
  files: { 'main.tf': text },
  at,
  message,
});

export const rejected: Record<string, Rejected> = {
  'an unclosed block': main('locals {\n  a = 1\n', 'main.tf:1', 'Unclosed configuration block'),
  'an unclosed string': main('locals {\n  a = "x\n}\n', 'main.tf:2', 'Invalid multi-line string'),
  'an unclosed heredoc': main('locals {\n  a = <<EOT\nx\n}\n', 'main.tf:5', 'Unterminated template string'),
  'an unclosed interpolation': main('locals {\n  a = "${1"\n}\n', 'main.tf:2', 'Invalid multi-line string'),
  'single quotes': main("locals {\n  a = 'x'\n}\n", 'main.tf:2', 'Single quotes are not valid'),
  'two arguments on a line': main('locals { a = 1, b = 2 }\n', 'main.tf:1', 'single-argument block'),
  'a missing value': main('locals {\n  a =\n}\n', 'main.tf:2', 'Invalid expression'),
  'an argument set twice': main('locals {\n  a = 1\n  a = 2\n}\n', 'main.tf:3', 'Attribute redefined'),
  'a bad escape': main('locals {\n  a = "\\q"\n}\n', 'main.tf:2', 'Invalid escape sequence'),
  'a tuple without commas': main('locals {\n  a = [1 2]\n}\n', 'main.tf:2', 'Missing item separator'),
  'an unknown directive': main(
    'locals {\n  a = "%{ iff true }%{ endif }"\n}\n',
    'main.tf:2',
    'Did you mean "if"?',
  ),
  'a directive without end': main(
    'locals {\n  a = "%{ if true }x"\n}\n',
    'main.tf:2',
    'Unexpected end of template',
  ),
  'an unknown block type': main('resourc "a" "b" {\n}\n', 'main.tf:1', 'Did you mean "resource"?'),
  'an undeclared variable': main(
    'variable "name" {\n  default = 1\n}\noutput "x" {\n  value = var.nam\n}\n',
    'main.tf:5',
    'Did you mean "name"?',
  ),
  'an undeclared local': main(
    'output "x" {\n  value = local.nope\n}\n',
    'main.tf:2',
    'Reference to undeclared local value',
  ),
  'an undeclared resource in code that is not evaluated': main(
    'resource "terraform_data" "a" {\n  count = 0\n  input = terraform_data.b.id\n}\n',
    'main.tf:3',
    'Reference to undeclared resource',
  ),
  'a cycle': main('locals {\n  a = local.b\n  b = local.c\n  c = local.a\n}\n', undefined, 'Cycle: local.'),
  'a resource that refers to itself': main(
    'resource "terraform_data" "a" {\n  input = terraform_data.a.id\n}\n',
    'main.tf:2',
    'Self-referential block',
  ),
  'a missing variable': main(
    'variable "x" {\n  type = string\n}\n',
    'main.tf:1',
    'No value for required variable',
  ),
  'a default of the wrong type': main(
    'variable "x" {\n  type    = number\n  default = "one"\n}\n',
    'main.tf:3',
    'a number is required',
  ),
  'a failed validation': main(
    'variable "x" {\n  default = 1\n  validation {\n    condition     = var.x > 1\n    error_message = "Too small."\n  }\n}\n',
    'main.tf:1',
    'Too small.',
  ),
  'an unknown function': main(
    'locals {\n  a = uper("x")\n}\noutput "a" {\n  value = local.a\n}\n',
    'main.tf:2',
    'Did you mean "upper"?',
  ),
  'too few arguments': main(
    'output "a" {\n  value = replace("x", "y")\n}\n',
    'main.tf:2',
    'Not enough function arguments',
  ),
  'too many arguments': main(
    'output "a" {\n  value = upper("x", "y")\n}\n',
    'main.tf:2',
    'Too many function arguments',
  ),
  'an argument of the wrong type': main(
    'output "a" {\n  value = upper([])\n}\n',
    'main.tf:2',
    'Invalid value for "str" parameter',
  ),
  'an index out of range': main('output "a" {\n  value = [1][3]\n}\n', 'main.tf:2', 'Invalid index'),
  'a missing attribute': main(
    'output "a" {\n  value = { x = 1 }.y\n}\n',
    'main.tf:2',
    'does not have an attribute named "y"',
  ),
  'an attribute of null': main(
    'locals {\n  n = null\n}\noutput "a" {\n  value = local.n.x\n}\n',
    'main.tf:5',
    'Attempt to get attribute from null value',
  ),
  'arithmetic on text': main('output "a" {\n  value = "x" + 1\n}\n', 'main.tf:2', 'a number is required'),
  'a list in a template': main(
    'output "a" {\n  value = "x${[1]}"\n}\n',
    'main.tf:2',
    'Invalid template interpolation value',
  ),
  'duplicate keys in a for': main(
    'output "a" {\n  value = { for v in ["a", "a"] : v => 1 }\n}\n',
    'main.tf:2',
    'Duplicate object key',
  ),
  'inconsistent results': main(
    'output "a" {\n  value = true ? [1] : { a = 1 }\n}\n',
    'main.tf:2',
    'Inconsistent conditional result types',
  ),
  'for_each over a list': main(
    'resource "terraform_data" "a" {\n  for_each = ["x"]\n}\n',
    'main.tf:2',
    'must be a map, or set of strings',
  ),
  'count that is unknown': main(
    'resource "terraform_data" "a" {}\nresource "terraform_data" "b" {\n  count = length(terraform_data.a.id)\n}\n',
    'main.tf:3',
    'Invalid count argument',
  ),
  'for_each that is unknown': main(
    'resource "terraform_data" "a" {}\nresource "terraform_data" "b" {\n  for_each = toset([terraform_data.a.id])\n}\n',
    'main.tf:3',
    'Invalid for_each argument',
  ),
  'a sensitive for_each': main(
    'resource "terraform_data" "b" {\n  for_each = sensitive(toset(["a"]))\n}\n',
    'main.tf:2',
    'Invalid for_each argument',
  ),
  'a counted resource without key': main(
    'resource "terraform_data" "a" {\n  count = 1\n}\noutput "a" {\n  value = terraform_data.a.id\n}\n',
    'main.tf:5',
    'Missing resource instance key',
  ),
  'a key for a single resource': main(
    'resource "terraform_data" "a" {}\noutput "a" {\n  value = terraform_data.a[0].id\n}\n',
    'main.tf:3',
    'Unexpected resource instance key',
  ),
  'each without for_each': main(
    'resource "terraform_data" "a" {\n  input = each.key\n}\n',
    'main.tf:2',
    'Reference to "each"',
  ),
  'a sensitive output': main(
    'output "a" {\n  value = sensitive("x")\n}\n',
    'main.tf:1',
    'Output refers to sensitive values',
  ),
  'a resource declared twice': main(
    'resource "terraform_data" "a" {}\nresource "terraform_data" "a" {}\n',
    'main.tf:2',
    'Duplicate resource',
  ),
  'an unknown argument of a variable': main(
    'variable "a" {\n  defualt = 1\n}\n',
    'main.tf:2',
    'Did you mean "default"?',
  ),
  'an output without value': main('output "a" {\n}\n', 'main.tf:1', 'Missing required argument'),
  'a bad type': main('variable "a" {\n  type = strin\n}\n', 'main.tf:2', 'Invalid type specification'),
  'count and for_each': main(
    'resource "terraform_data" "a" {\n  count    = 1\n  for_each = {}\n}\n',
    'main.tf:3',
    'mutually-exclusive',
  ),
  'a failed precondition': main(
    'locals {\n  a = 1\n}\nresource "terraform_data" "a" {\n  lifecycle {\n    precondition {\n      condition     = local.a > 2\n      error_message = "Never."\n    }\n  }\n}\n',
    'main.tf:7',
    'Resource precondition failed',
  ),
  'a failed postcondition': main(
    'resource "terraform_data" "a" {\n  input = 1\n  lifecycle {\n    postcondition {\n      condition     = self.input > 2\n      error_message = "Never."\n    }\n  }\n}\n',
    'main.tf:5',
    'Resource postcondition failed',
  ),
  'an unexpected module argument': {
    files: {
      'main.tf': 'module "m" {\n  source = "./m"\n  nope   = 1\n}\n',
      'm/main.tf': 'variable "a" {\n  default = 1\n}\n',
    },
    at: 'main.tf:3',
    message: 'An argument named "nope" is not expected here',
  },
  'a missing module argument': {
    files: { 'main.tf': 'module "m" {\n  source = "./m"\n}\n', 'm/main.tf': 'variable "a" {}\n' },
    at: 'main.tf:1',
    message: 'The argument "a" is required',
  },
  'a module argument of the wrong type': {
    files: {
      'main.tf': 'module "m" {\n  source = "./m"\n  a      = "x"\n}\n',
      'm/main.tf': 'variable "a" {\n  type = list(string)\n}\n',
    },
    at: 'main.tf:3',
    message: 'list of string required',
  },
  'an unknown module output': {
    files: {
      'main.tf': 'module "m" {\n  source = "./m"\n}\noutput "x" {\n  value = module.m.nope\n}\n',
      'm/main.tf': 'output "node" {\n  value = 1\n}\n',
    },
    at: 'main.tf:5',
    message: 'does not have an attribute named "nope"',
  },
  'a cycle through a module': {
    files: {
      'main.tf': 'module "m" {\n  source = "./m"\n  a      = module.m.b\n}\n',
      'm/main.tf': 'variable "a" {}\noutput "b" {\n  value = var.a\n}\n',
    },
    at: undefined,
    message: 'Cycle: module.m',
  },
  'an override of nothing': {
    files: { 'main.tf': 'locals {\n  a = 1\n}\n', 'override.tf': 'variable "b" {\n  default = 1\n}\n' },
    at: 'override.tf:1',
    message: 'Missing base',
  },
  'a value of the wrong type in tfvars': {
    files: { 'main.tf': 'variable "a" {\n  type = number\n}\n', 'terraform.tfvars': '\na = "x"\n' },
    at: 'terraform.tfvars:2',
    message: 'a number is required',
  },
  'a function in tfvars': {
    files: { 'main.tf': 'variable "a" {\n  default = 1\n}\n', 'terraform.tfvars': 'a = upper("x")\n' },
    at: 'terraform.tfvars:1',
    message: 'Function calls not allowed',
  },
  'a condition that tests nothing': main(
    'resource "terraform_data" "a" {\n  lifecycle {\n    precondition {\n      condition     = 1 < 2\n      error_message = "Never."\n    }\n  }\n}\n',
    'main.tf:4',
    'must refer to at least one object',
  ),
  'an ambiguous key': main(
    'variable "a" {\n  default = "x"\n}\noutput "b" {\n  value = { var.a = 1 }\n}\n',
    'main.tf:5',
    'Ambiguous attribute key',
  ),
  'a chained legacy index': main(
    'output "a" {\n  value = [[1]].0.0\n}\n',
    'main.tf:2',
    'Invalid legacy index syntax',
  ),
  'a dynamic block without content': main(
    'resource "terraform_data" "a" {\n  dynamic "x" {\n    for_each = []\n  }\n}\n',
    'main.tf:2',
    'dynamic content block',
  ),
};
