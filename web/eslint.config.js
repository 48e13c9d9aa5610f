import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/lib/api/generated.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      'max-lines': ['error', 600],
      'max-lines-per-function': ['error', { max: 80, skipComments: true, skipBlankLines: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig },
    },
    rules: {
      // Routes are resolved against the document's base by our own router.
      'svelte/no-navigation-without-resolve': 'off',
      // State is replaced as a whole ($state.raw); the collections inside are not state.
      'svelte/prefer-svelte-reactivity': 'off',
      // A component's script is one function to this rule; files are limited instead.
      'max-lines-per-function': 'off',
    },
  },
  { files: ['dev/**', 'test/**'], rules: { 'no-console': 'off', 'max-lines-per-function': 'off' } },
);
