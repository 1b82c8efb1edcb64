import { expect, test } from '@jest/globals';
import { durationWords, timeLeftWords } from '../../src/model/durationWords.js';

test.each([[0, '0 s'], [4.24, '4.2 s'], [9.97, '10 s'], [42.4, '42 s'], [89.4, '89 s'], [90, '2 min'], [840, '14 min'], [3599, '1 h'], [12_000, '3 h 20 min']])('%d seconds: %s', (seconds, words) => {
  expect(durationWords(seconds)).toBe(words);
});

test.each([[-3, '1 s'], [0, '1 s'], [3.2, '4 s'], [61, '61 s'], [600, '10 min']])('a guess of %d seconds: %s', (seconds, words) => expect(timeLeftWords(seconds)).toBe(words));
