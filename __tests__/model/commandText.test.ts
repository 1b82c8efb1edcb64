import { describe, expect, test } from '@jest/globals';
import { acceptTrailers, isDay, parseCommand, parseUntil, resolveAccept } from '../../src/model/commandText.js';

describe('a comment', () => {
  test.each([
    ['/noregret retry', { kind: 'retry' }],
    ['  /noregret   retry  ', { kind: 'retry' }],
    ['/noregret retry\r\nthanks!', { kind: 'retry' }],
    ['/noregret more-seeds', { kind: 'more-seeds', pairs: 10 }],
    ['/noregret more-seeds 100', { kind: 'more-seeds', pairs: 100 }],
    ['/noregret accept acc a smaller model until 2026-12-31', { kind: 'accept', words: 'acc a smaller model', until: '2026-12-31' }],
    ['/noregret accept acc a smaller model', { kind: 'accept', words: 'acc a smaller model', until: undefined }],
    ['/noregret accept', { kind: 'accept', words: '', until: undefined }],
  ])('%j is a command', (body, command) => {
    expect(parseCommand(body)).toEqual(command);
  });

  test.each([
    ['/noregret', /missing/], ['/noregret rm -rf', /no such command/], ['/noregret retry $(reboot)', /takes nothing/], ['/noregret RETRY', /no such command/],
    ['/noregret more-seeds 0', /whole number from 1 to 100/], ['/noregret more-seeds 101', /1 to 100/], ['/noregret more-seeds 1e2', /1 to 100/], ['/noregret more-seeds -5', /1 to 100/],
    ['/noregret accept acc because until tomorrow', /followed by a date/], ['/noregret accept acc because until 2026-02-30', /followed by a date/],
    ['/noregret accept acc wait until the release until 2026-12-31', /followed by a date/], [`/noregret accept acc ${'x'.repeat(2000)}`, /more than 1000/],
  ])('%j is answered with what is wrong', (body, why) => {
    expect(parseCommand(body)).toEqual({ kind: 'wrong', why: expect.stringMatching(why) });
  });

  test.each(['looks good', '> /noregret accept acc x', 'please\n/noregret retry', '`/noregret retry`', '/noregretful', 'see /noregret retry', '', '\n/noregret retry'])('%j is not for us', (body) => {
    expect(parseCommand(body)).toBeUndefined();
  });
});

test.each([['2026-12-31', true], ['2024-02-29', true], ['2026-02-29', false], ['2100-02-29', false], ['2000-02-29', true], ['2026-04-31', false], ['2026-13-01', false], ['2026-00-10', false], ['2026-1-1', false], ['26-01-01', false], ['2026-01-01T00:00', false], ['', false]])('%j a day: %j', (text, is) => {
  expect(isDay(text)).toBe(is);
});

test('until ends the text, in any case', () => {
  expect(parseUntil('acc why UNTIL 2026-12-31')).toEqual({ words: 'acc why', until: '2026-12-31' });
  expect(parseUntil('until 2026-12-31')).toEqual({ words: '', until: '2026-12-31' });
  expect(parseUntil('a juntil b')).toEqual({ words: 'a juntil b', until: undefined });
});

describe('which metric', () => {
  const two = ['acc', 'acc top 1', 'loss'];
  test.each([
    ['acc smaller', ['acc'], { metrics: ['acc'], reason: 'smaller' }],
    ['smaller model', ['acc'], { metrics: [], reason: 'smaller model' }],
    ['accidental', ['acc'], { metrics: [], reason: 'accidental' }],
    ['all of it', ['acc'], { metrics: [], reason: 'of it' }],
    ['acc top 1: known', two, { metrics: ['acc top 1'], reason: 'known' }],
    ['acc top', two, { metrics: ['acc'], reason: 'top' }],
    ['all known', two, { metrics: [], reason: 'known' }],
  ])('%j among %j', (words, gated, said) => {
    expect(resolveAccept(words, gated)).toEqual(said);
  });

  test('one that is not gated is answered with those that are; a reason is needed', () => {
    expect(resolveAccept('speed is fine', two)).toEqual({ why: expect.stringContaining('acc, acc top 1, loss') });
    expect(resolveAccept('smaller model', ['acc'], { metricRequired: true })).toEqual({ why: expect.stringContaining('(acc)') });
    expect(resolveAccept('acc', ['acc'])).toEqual({ why: 'A reason is missing.' });
    expect(resolveAccept('', ['acc'])).toEqual({ why: 'A reason is missing.' });
    expect(resolveAccept('x', [])).toEqual({ why: expect.stringContaining('there is none') });
  });

  test('a long reason is cut', () => {
    expect(resolveAccept(`acc ${'y'.repeat(900)}`, ['acc'])).toEqual({ metrics: ['acc'], reason: `${'y'.repeat(299)}…` });
  });
});

test('trailers of a commit message, bounded', () => {
  expect(acceptTrailers('Smaller model\n\nNoregret-Accept: acc half the size until 2026-12-31\r\nnoregret-accept:loss x\nSigned-off-by: a\n Noregret-Accept: indented')).toEqual(['acc half the size until 2026-12-31', 'loss x']);
  expect(acceptTrailers('nothing')).toEqual([]);
  expect(acceptTrailers('Noregret-Accept: a\n'.repeat(500))).toHaveLength(20);
  expect(acceptTrailers(`Noregret-Accept: ${'x'.repeat(5000)}`)[0]).toHaveLength(1000);
});
