import { createMemoryStore } from '../../src/stores/memory.js';
import { storeContract } from '../contracts/store.js';

storeContract('memory', () => {
  const store = createMemoryStore();
  return { open: () => store };
});
