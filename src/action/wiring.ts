import type { UseCases } from './useCases.js';

const absent = (): Promise<never> => Promise.reject(new Error('the use cases are not wired yet'));

/** The work itself, with its adapters. */
export const useCases: UseCases = { comparePullRequest: absent, recordPush: absent, plan: absent, openHistory: absent };
