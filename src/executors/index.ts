export { createLocalExecutor, openSlots } from './local.js';
