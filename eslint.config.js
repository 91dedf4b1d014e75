import jsxA11y from 'eslint-plugin-jsx-a11y'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

const noRawError = {
  selector: "NewExpression[callee.name='Error']",
  message: 'Throw a SluiceError with a code (src/base/errors.ts).',
}
const noProcessEnv = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Settings are read in src/config.ts only; take them as an argument.',
}

const houseRules = {
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/consistent-type-imports': 'error',
  '@typescript-eslint/explicit-module-boundary-types': 'error',
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
  '@typescript-eslint/only-throw-error': 'error',
  'max-lines': ['error', 600],
  'max-lines-per-function': ['error', 100],
  'max-params': ['error', 3],
  'prefer-const': 'error',
  eqeqeq: ['error', 'always', { null: 'ignore' }],
}

/** What functions use that run in a page of Chromium. */
const namesOfPages = [
  'document',
  'window',
  'requestAnimationFrame',
  'innerWidth',
  'innerHeight',
  'location',
  'HTMLInputElement',
]

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'node_modules', 'schemas', '**/*.gen.ts'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'e2e/**/*.ts', 'web/test/**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: {
        project: ['./tsconfig.json', './e2e/web/tsconfig.json', './web/test/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: { ...houseRules, 'no-restricted-syntax': ['error', noRawError, noProcessEnv] },
  },
  {
    files: ['web/src/**/*.{ts,tsx}'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    extends: [reactHooks.configs.flat.recommended, jsxA11y.flatConfigs.strict],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: './web/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    // The React compiler, which cannot follow TanStack Virtual, is not used.
    rules: { ...houseRules, 'react-hooks/incompatible-library': 'off' },
  },
  {
    // Programs without types: at least every name is known, and used.
    files: ['bench/**/*.mjs', 'scripts/**/*.mjs', 'e2e/**/*.mjs', 'bin/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [...Object.getOwnPropertyNames(globalThis), ...namesOfPages].map((name) => [name, 'readonly']),
      ),
    },
    rules: { 'no-undef': 'error', 'no-unused-vars': 'error', 'max-lines': ['error', 600], 'prefer-const': 'error' },
  },
  // A text with parameters is of a catalogue's type, or gives it.
  { files: ['web/src/**/messages/**'], rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' } },
  { files: ['src/base/errors.ts'], rules: { 'no-restricted-syntax': ['error', noProcessEnv] } },
  { files: ['src/config.ts'], rules: { 'no-restricted-syntax': ['error', noRawError] } },
  {
    // node:test's `test()` returns a promise that the runner itself awaits; a test file may be one long table.
    files: ['**/*.test.ts', '**/*.contract.ts', '**/*.test-support.ts', 'test/**', 'e2e/**', 'web/test/**'],
    rules: {
      '@typescript-eslint/no-floating-promises': 'off',
      'no-restricted-syntax': 'off',
      'max-lines-per-function': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
)
