import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/model/errors.js';
import type { Report } from '../../src/model/comparison.js';
import type { Publisher } from '../../src/model/ports.js';
import type { Trigger } from '../../src/model/trigger.js';

/** A sink under test: `stored` is everything in it, as text; `break` makes every write fail from now on. */
export interface Sink {
  readonly publisher: Publisher;
  readonly to: Trigger;
  stored(): Promise<readonly string[]>;
  break(): Promise<void> | void;
}

export interface PublisherContract {
  readonly name: string;
  readonly make: () => Promise<Sink>;
  /** Bytes that one stored text may have. */
  readonly limitBytes: number;
  readonly samples: Readonly<Record<string, () => Report>>;
}

const unsupported: Trigger = { kind: 'unsupported', event: 'release', why: 'test' };

/** What every sink of reports promises. */
export function publisherContract({ name, make, limitBytes, samples }: PublisherContract): void {
  describe(`publisher contract: ${name}`, () => {
    test.each(Object.keys(samples))('takes the report "%s", within its limit', async (sample) => {
      const sink = await make();
      await sink.publisher.publish(samples[sample]!(), sink.to);
      const stored = await sink.stored();
      expect(stored.length).toBeGreaterThan(0);
      for (const text of stored) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limitBytes);
    });

    test('the same report twice leaves what one left', async () => {
      const sink = await make();
      const report = samples['regression']!();
      const first = await sink.publisher.publish(report, sink.to);
      const once = await sink.stored();
      expect(await sink.publisher.publish(report, sink.to)).toEqual(first);
      expect(await sink.stored()).toEqual(once);
    });

    test('a newer report takes the older one\'s place', async () => {
      const sink = await make();
      await sink.publisher.publish(samples['regression']!(), sink.to);
      const before = await sink.stored();
      await sink.publisher.publish(samples['pass']!(), sink.to);
      const after = await sink.stored();
      expect(after).toHaveLength(before.length);
      expect(after.join('\n')).not.toContain('Regression:');
      expect(after.join('\n')).toContain('No regression');
    });

    test('an event that it has no place for is no error', async () => {
      const sink = await make();
      await expect(sink.publisher.publish(samples['pass']!(), unsupported)).resolves.toBeDefined();
    });

    test('a failure is an error with a sentence for people', async () => {
      const sink = await make();
      await sink.break();
      const failure: unknown = await sink.publisher.publish(samples['pass']!(), sink.to).catch((error: unknown) => error);
      expect(failure).toHaveProperty('message', expect.stringMatching(/./));
      if (failure instanceof UserError) expect(failure.fix).toBeDefined();
    });
  });
}
