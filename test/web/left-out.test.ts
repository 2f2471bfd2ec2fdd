import { expect, test } from 'vitest';
import { wordsLeftOut } from '../../web/src/text/left-out.ts';

test('says nothing where everything is shown', () => {
  expect(wordsLeftOut('# A **bold** word\n\n1. first & second', 'A bold word first & second')).toEqual([]);
});

test('says each word that is shown less often than it stands in the source', () => {
  expect(wordsLeftOut('Pay once.\n\n[//]: # (then twice, once more)', 'Pay once.')).toEqual([
    'then',
    'twice',
    'once',
    'more',
  ]);
});
