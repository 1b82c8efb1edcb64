import { availableParallelism } from 'node:os';

/** @type {import('jest').Config} */
export default {
  // Jest leaves one core to the terminal: of two that is half of the machine.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/lib/', '<rootDir>/.cache/'],
  testPathIgnorePatterns: ['/node_modules/', ...(process.env['NOREGRET_SUITE'] ? [] : ['<rootDir>/__tests__/peers/'])],
  globalSetup: '<rootDir>/scripts/assets.mjs',
  testTimeout: 60_000,
};
