globalThis.noregretEntry = 'post';
await import('./index.js');
