globalThis.noregretEntry = 'publish';
await import('./index.js');
