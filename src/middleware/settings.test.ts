import { expect, test } from 'vitest';
import { requireSettings } from './settings.ts';

test('returns what is there and names all that is missing', () => {
  expect(requireSettings({ A: '1', B: '2', C: '3' }, ['A', 'B'])).toEqual({ A: '1', B: '2' });
  expect(() => requireSettings({ A: '1', B: '' }, ['A', 'B', 'C'])).toThrow(
    'Missing environment variables: B, C',
  );
});
