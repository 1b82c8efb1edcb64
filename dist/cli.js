#!/usr/bin/env node
globalThis.noregretEntry = 'cli';
await import('./index.js');
