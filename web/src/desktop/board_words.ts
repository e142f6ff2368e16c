// SPDX-License-Identifier: Apache-2.0
// What both boards say about their coverages.
import { count } from '@/format/people';
import type { BoardView } from './figures';
import { tb } from './texts';

export function households_words({ households }: BoardView): string {
  const { due, missing, overdue, vacant } = households;
  if (!due) return tb('board.not_due');
  return missing > 0
    ? tb('board.households_missing', { n: count(missing), overdue: count(overdue) })
    : tb('board.households_complete', { vacant: count(vacant) });
}

export function key_persons_words({ key_persons }: BoardView): string {
  if (!key_persons.due) return tb('board.nobody_due');
  return key_persons.missing > 0
    ? tb('board.people_missing', { n: count(key_persons.missing) })
    : tb('board.people_complete');
}
