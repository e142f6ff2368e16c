// SPDX-License-Identifier: Apache-2.0
// The outbox's decisions as pure functions: what goes out now, when to try again, what an answer
// means. Time and chance are arguments.
import { is_problem, type Answer, type Failure } from '@/api/problem';
import type { CommandResult, CommandResults, Position, Seen } from '@/api/types';
import type { OutboxRow } from './db';
import type { Counts } from './state';

export const kUndoMs = 5_000;
export const kBatchRows = 100;
export const kBatchBytes = 256 * 1024;
const kBackoffFirstMs = 2_000;
const kBackoffMostMs = 60_000;
// No wait is longer, whatever a server asks for. One that seems to be was noted before this phone's
// clock was set back: such a row is due.
const kWaitMostMs = 600_000;

export interface Batch {
  rows: OutboxRow[];
  // When the next row becomes due, if nothing is due now.
  next_at?: number;
}

// Rows of one subject never overtake each other, and nothing about a new record goes out before the
// record itself was taken in.
export function pick_batch(queued_and_stuck: readonly OutboxRow[], now: number): Batch {
  const rows: OutboxRow[] = [];
  const blocked = new Set<string>();
  let next_at: number | undefined;
  let bytes = 0;
  const ordered = [...queued_and_stuck].sort((a, b) => a.device_sequence - b.device_sequence);
  for (const row of ordered) {
    if (row.state !== 'queued') {
      const lost = row.state === 'refused' || row.state === 'held';
      if (row.creates && lost && !row.settled) blocked.add(row.subject);
      continue;
    }
    if (row.wants_key || blocked.has(row.subject)) continue;
    const due_at = Math.max(row.not_before, row.next_try_at);
    if (due_at > now && due_at - now <= kWaitMostMs) {
      blocked.add(row.subject);
      next_at = Math.min(next_at ?? due_at, due_at);
      continue;
    }
    const size = (row.sealed ? row.sealed.length * 1.4 : JSON.stringify(row.body).length) + 400;
    const full = rows.length >= kBatchRows || bytes + size > kBatchBytes;
    if (rows.length > 0 && (full || row.alone || rows[0]!.alone)) {
      blocked.add(row.subject);
      next_at = now;
      continue;
    }
    rows.push(row);
    bytes += size;
    if (row.creates) blocked.add(row.subject);
  }
  return { rows, next_at: rows.length > 0 ? now : next_at };
}

// 2 s doubling to 60 s, between half and the whole of it so that a district's phones do not knock
// together; never sooner than the server asked for, up to ten minutes.
export function backoff_ms(attempts: number, chance: number, retry_after_ms = 0): number {
  const full = Math.min(kBackoffMostMs, kBackoffFirstMs * 2 ** Math.max(0, attempts - 1));
  return Math.max(Math.min(retry_after_ms, kWaitMostMs), Math.round(full * (0.5 + chance / 2)));
}

export type Verdict = 'keep' | 'login' | 'csrf' | 'split' | 'refuse';

// What the refusal of a whole batch means. Nothing is ever dropped: what the server will not take is
// sent alone first, so that one bad record cannot hold up the others.
export function verdict_of(failure: Failure, rows: number): Verdict {
  const { status, problem } = failure;
  if (status === 401) return 'login';
  if (status === 403 && problem?.name === 'csrf_missing') return 'csrf';
  // Whoever has to set a password or one-time codes up first loses nothing of what waits.
  const barred = ['password_change_required', 'factor_required'];
  if (status === 403 && problem && barred.includes(problem.name)) return 'keep';
  const retry = status === 0 || status === 408 || status === 425 || status === 429 || status >= 500;
  if (retry || status < 400 || !problem) return 'keep';
  return rows > 1 ? 'split' : 'refuse';
}

// The schema calls a result's problem any JSON; it is the problem of all other answers.
function problem_of(result: CommandResult) {
  return is_problem(result.problem) ? result.problem : undefined;
}

// What one result changes in its row.
export function answered(result: CommandResult, now: number): Partial<OutboxRow> {
  const common: Partial<OutboxRow> = { sending: 0, answered_at: now };
  switch (result.status) {
    case 'applied':
    case 'duplicate':
      return {
        ...common,
        state: 'sent',
        position: result.position,
        receipt: result.receipt,
        answer: result.answer,
      };
    case 'conflict':
      return {
        ...common,
        state: 'conflict',
        conflict: result.conflict ?? [],
        problem: problem_of(result),
      };
    case 'held':
      return {
        ...common,
        state: 'held',
        problem: problem_of(result),
        position: result.position,
        receipt: result.receipt,
      };
    case 'refused':
      return { ...common, state: 'refused', problem: problem_of(result) };
  }
}

export interface Outcome {
  changes: Map<string, Partial<OutboxRow>>;
  seen: Seen[];
  resend: Position[]; // what a restored server lost: all after these positions
  verdict: Verdict | 'taken';
}

// The whole effect of one sending, ready to be written in one transaction.
export function outcome_of(
  rows: readonly OutboxRow[],
  answer: Answer<CommandResults>,
  now: number,
  chance: number,
): Outcome {
  const changes = new Map<string, Partial<OutboxRow>>();
  const later = (row: OutboxRow, wait = 0): Partial<OutboxRow> => ({
    sending: 0,
    attempts: row.attempts + 1,
    next_try_at: now + backoff_ms(row.attempts + 1, chance, wait),
  });
  if (!answer.ok) {
    const verdict = verdict_of(answer.failure, rows.length);
    for (const row of rows) {
      if (verdict === 'keep') changes.set(row.id, later(row, answer.failure.retry_after_ms));
      else if (verdict === 'split') changes.set(row.id, { sending: 0, alone: 1 });
      else if (verdict === 'refuse')
        changes.set(row.id, {
          sending: 0,
          state: 'refused',
          answered_at: now,
          problem: answer.failure.problem,
        });
      else changes.set(row.id, { sending: 0 });
    }
    return { changes, seen: [], resend: [], verdict };
  }
  const results = new Map(answer.data.results.map((result) => [result.id, result]));
  const seen: Seen[] = [];
  for (const row of rows) {
    const result = results.get(row.id);
    if (!result) {
      changes.set(row.id, later(row));
      continue;
    }
    changes.set(row.id, answered(result, now));
    if (result.position && result.receipt)
      seen.push({ ...result.position, receipt: result.receipt });
  }
  const resend = answer.data.resend ?? [];
  return { changes, seen: merge_seen([], seen), resend, verdict: 'taken' };
}

// Whether a restored server lost the answer of this row: it goes out again under its old id, and one
// that is there after all is only a duplicate.
export function is_lost(row: OutboxRow, resend: readonly Position[]): boolean {
  const answered = row.state === 'sent' || (row.state === 'held' && !row.settled);
  return (
    answered &&
    resend.some(
      ({ district, sequence }) =>
        row.position?.district === district && row.position.sequence > sequence,
    )
  );
}

// What the phone claims from now on: the claim that a restore made void goes.
export function seen_after(known: readonly Seen[], outcome: Outcome): Seen[] {
  const lost = new Set(outcome.resend.map(({ district }) => district));
  return merge_seen(
    known.filter(({ district }) => !lost.has(district)),
    outcome.seen,
  );
}

// The highest position per district.
export function merge_seen(known: readonly Seen[], fresh: readonly Seen[]): Seen[] {
  const highest = new Map<number, Seen>();
  for (const one of [...known, ...fresh]) {
    const other = highest.get(one.district);
    if (!other || one.sequence > other.sequence) highest.set(one.district, one);
  }
  return [...highest.values()].sort((a, b) => a.district - b.district);
}

export function count_rows(rows: readonly OutboxRow[]): Counts {
  const counts: Counts = { queued: 0, yours: 0, held: 0 };
  for (const row of rows) {
    if (row.state === 'queued') {
      counts.queued += 1;
      counts.oldest_due_at = Math.min(counts.oldest_due_at ?? row.not_before, row.not_before);
    } else if ((row.state === 'conflict' || row.state === 'refused') && !row.settled) {
      counts.yours += 1;
    } else if (row.state === 'held' && !row.settled) {
      counts.held += 1;
    }
  }
  return counts;
}
