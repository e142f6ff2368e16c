// SPDX-License-Identifier: Apache-2.0
// The outbox: every write of the app goes through here, network or not. A row is on disk before
// anyone is told "saved".
import type { Answer } from '@/api/problem';
import type {
  Commands,
  CommandBatch,
  CommandResults,
  CommandType,
  Position,
  Seen,
} from '@/api/types';
import { Keeper } from '@/lock/keeper';
import { base64url } from '@/lock/seal';
import { db as device_db, type OutboxRow, type WangdiDb } from './db';
import { uuid7 } from './ids';
import {
  count_rows,
  is_lost,
  kUndoMs,
  outcome_of,
  pick_batch,
  seen_after,
  type Outcome,
} from './plan';
import type { Counts } from './state';

const kKeepSentMs = 30 * 86_400_000;
const kKeepSentRows = 500;
const kSequence = 'device_sequence';
const kDevice = 'device';
const kNoRoomMs = 5_000; // after which an answer that found no room is stored again

// Dexie tells a full phone by name, or as the reason of an aborted transaction.
function is_no_room(error: unknown): boolean {
  const { name, inner } = (error ?? {}) as { name?: string; inner?: { name?: string } };
  return name === 'QuotaExceededError' || inner?.name === 'QuotaExceededError';
}

export interface Saving<K extends CommandType> {
  type: K;
  body: Commands[K];
  account: string;
  region: string;
  subject: string;
  label: string;
  creates?: boolean;
  undo?: boolean; // wait 5 s before sending
  base_position?: Position;
  replaces?: string; // a draft or a conflict that this row takes the place of
  now?: number;
}

const kNewRow = {
  creates: 0,
  device_sequence: 0,
  not_before: 0,
  sending: 0,
  attempts: 0,
  next_try_at: 0,
  alone: 0,
} as const;

export type Post = (batch: CommandBatch) => Promise<Answer<CommandResults>>;

export class Outbox {
  constructor(
    readonly db: WangdiDb = device_db,
    readonly keeper = new Keeper(),
  ) {}

  // What this page knows and could not store on a full phone: what is on its way, and what was
  // answered. After a restart the same goes out again and is answered the same.
  private on_its_way = new Set<string>();
  private unstored: { account: string; seen: readonly Seen[]; outcome: Outcome }[] = [];

  // One id per browser profile, made at the first use.
  async device(): Promise<string> {
    return this.db.transaction('rw', this.db.meta, async () => {
      const known = await this.db.meta.get(kDevice);
      if (known) return known.value as string;
      const value = uuid7();
      await this.db.meta.put({ key: kDevice, value });
      return value;
    });
  }

  private async next_sequence(): Promise<number> {
    const last = (await this.db.meta.get(kSequence))?.value;
    const next = (typeof last === 'number' ? last : 0) + 1;
    await this.db.meta.put({ key: kSequence, value: next });
    return next;
  }

  // Resolves when the row is on disk, rejects when it is not (quota, blocked storage).
  async save<K extends CommandType>(saving: Saving<K>): Promise<OutboxRow> {
    const now = saving.now ?? Date.now();
    const row: OutboxRow = {
      ...kNewRow,
      id: uuid7(now),
      account: saving.account,
      type: saving.type,
      region: saving.region,
      subject: saving.subject,
      label: saving.label,
      creates: saving.creates ? 1 : 0,
      state: 'queued',
      // A plain copy: what the form does with its object afterwards must not reach the outbox.
      body: JSON.parse(JSON.stringify(saving.body)) as unknown,
      occurred_at: now,
      base_position: saving.base_position,
      not_before: now + (saving.undo ? kUndoMs : 0),
    };
    const closed = await this.keeper.close(row); // not within the transaction, which would end
    return this.db.transaction('rw', this.db.meta, this.db.outbox, async () => {
      await this.device(); // what is saved can be sent, also when there is no room later
      if (saving.replaces) {
        const old = await this.db.outbox.get(saving.replaces);
        if (old?.state === 'draft') await this.db.outbox.delete(old.id);
        else if (old) await this.db.outbox.update(old.id, { settled: 'mine' });
      }
      const device_sequence = await this.next_sequence();
      await this.db.outbox.add({ ...closed, device_sequence });
      return { ...row, device_sequence };
    });
  }

  // A draft takes its time to be closed: whoever asks for drafts waits for the one on its way.
  private keeping: Promise<void> = Promise.resolve();

  // A form in progress, one per subject and type; it survives a closed page.
  keep_draft(draft: {
    account: string;
    region: string;
    type: CommandType;
    subject: string;
    label: string;
    body: unknown;
    now?: number;
  }): Promise<void> {
    const kept = this.keeping.then(() => this.put_draft(draft));
    this.keeping = kept.catch(() => undefined);
    return kept;
  }
  private async put_draft(draft: Parameters<Outbox['keep_draft']>[0]) {
    const now = draft.now ?? Date.now();
    const known = await this.stored_draft(draft.account, draft.type, draft.subject);
    const row = await this.keeper.close({
      ...kNewRow,
      id: known?.id ?? uuid7(now),
      account: draft.account,
      type: draft.type,
      region: draft.region,
      subject: draft.subject,
      label: draft.label,
      state: 'draft',
      body: JSON.parse(JSON.stringify(draft.body)) as unknown,
      occurred_at: now,
    });
    await this.db.transaction('rw', this.db.outbox, async () => {
      // One that was saved or dropped meanwhile is not written again.
      if (known && (await this.db.outbox.get(known.id))?.state !== 'draft') return;
      await this.db.outbox.put(row);
    });
  }

  async draft_of(
    account: string,
    type: CommandType,
    subject: string,
  ): Promise<OutboxRow | undefined> {
    await this.keeping;
    const found = await this.stored_draft(account, type, subject);
    return found && this.keeper.open(found);
  }
  private async stored_draft(account: string, type: CommandType, subject: string) {
    const drafts = await this.db.outbox.where({ account, state: 'draft' }).toArray();
    return drafts.find((row) => row.type === type && row.subject === subject);
  }

  async drop_draft(id: string) {
    await this.db.transaction('rw', this.db.outbox, async () => {
      if ((await this.db.outbox.get(id))?.state === 'draft') await this.db.outbox.delete(id);
    });
  }

  // True when the row was taken back before anything of it left the phone.
  async undo(id: string): Promise<boolean> {
    return this.db.transaction('rw', this.db.outbox, async () => {
      const row = await this.db.outbox.get(id);
      if (!row || row.state !== 'queued' || row.sending || row.attempts > 0) return false;
      if (this.on_its_way.has(id) || this.is_answered(id)) return false;
      await this.db.outbox.delete(id);
      return true;
    });
  }

  // The worker has read a refusal or chose the other side: the row stays in the list, settled.
  async settle(id: string, settled: 'theirs' | 'seen') {
    await this.db.outbox.update(id, { settled });
  }

  // An answer that may be shown once (a first secret): handed out and wiped in one step.
  // With a PIN it lies under the read key. Of two tabs one gets it.
  async take_answer(id: string): Promise<unknown> {
    const row = await this.db.outbox.get(id);
    const answer = row && (await this.keeper.open(row)).answer;
    if (answer === undefined) return undefined;
    const gone = { answer: undefined, said: undefined };
    const wiped = await this.db.outbox
      .where({ id })
      .and((now) => now.answer !== undefined || now.said !== undefined)
      .modify(gone);
    this.keeper.forget(id);
    return wiped ? answer : undefined;
  }

  async open_rows(account: string): Promise<OutboxRow[]> {
    const states = ['queued', 'conflict', 'refused', 'held'] as const;
    const found = await this.db.outbox
      .where('[account+state]')
      .anyOf(states.map((state) => [account, state]))
      .toArray();
    return found.sort((a, b) => a.device_sequence - b.device_sequence);
  }

  async counts(account: string): Promise<Counts> {
    return count_rows(await this.open_rows(account));
  }

  async all_rows(account: string): Promise<OutboxRow[]> {
    const rows = await this.db.outbox
      .where('[account+device_sequence]')
      .between([account, 0], [account, Infinity])
      .toArray();
    return rows.sort((a, b) => b.occurred_at - a.occurred_at);
  }

  async seen(account: string): Promise<Seen[]> {
    const rows = await this.db.seen
      .where('[account+district]')
      .between([account, -Infinity], [account, Infinity])
      .toArray();
    return rows.map(({ district, sequence, receipt }) => ({ district, sequence, receipt }));
  }

  // After a crash in the middle of a sending nobody knows whether it arrived; the same id and body
  // are simply sent again.
  private async claim(
    account: string,
    now: number,
    skew_ms: number | undefined,
  ): Promise<{ rows: OutboxRow[]; next_at?: number }> {
    const pick = async () => {
      const open = await this.open_rows(account);
      const batch = pick_batch(
        open.filter(({ id }) => !this.is_answered(id)),
        now,
      );
      for (const row of batch.rows) row.skew_ms ??= skew_ms;
      return batch;
    };
    try {
      return await this.db.transaction('rw', this.db.outbox, async () => {
        const batch = await pick();
        for (const row of batch.rows) {
          row.sending = 1;
          await this.db.outbox.update(row.id, { sending: 1, skew_ms: row.skew_ms });
        }
        return batch;
      });
    } catch (error) {
      // What is kept already goes out all the same: only the mark finds no room.
      if (!is_no_room(error)) throw error;
      return pick();
    }
  }

  private is_answered(id: string): boolean {
    return this.unstored.some(({ outcome }) => outcome.changes.has(id));
  }

  // Stores an answer, or remembers it while there is no room. What was no answer is asked anew.
  private async take_or_remember(account: string, seen: readonly Seen[], outcome: Outcome) {
    try {
      await this.take(account, seen, outcome);
      return true;
    } catch (error) {
      if (!is_no_room(error)) throw error;
      if (outcome.verdict === 'taken') this.unstored.push({ account, seen, outcome });
      return false;
    }
  }
  private async store_answers() {
    const waiting = this.unstored;
    this.unstored = [];
    for (const { account, seen, outcome } of waiting)
      await this.take_or_remember(account, seen, outcome);
  }

  // All that an answer means, at once: the new claims together with the rows that go out again.
  private async take(account: string, seen: readonly Seen[], outcome: Outcome) {
    await this.db.transaction('rw', this.db.outbox, this.db.seen, async () => {
      if (outcome.resend.length > 0) {
        const again = { state: 'queued', sending: 0, attempts: 0, next_try_at: 0 } as const;
        const rows = await this.all_rows(account);
        for (const row of rows.filter((one) => is_lost(one, outcome.resend)))
          await this.db.outbox.update(row.id, again);
        for (const { district } of outcome.resend) await this.db.seen.delete([account, district]);
      }
      for (const [id, change] of outcome.changes) await this.db.outbox.update(id, change);
      for (const one of seen_after(seen, outcome)) await this.db.seen.put({ account, ...one });
    });
  }

  // Shows the server what this phone was answered, also when nothing waits: a restored one says
  // what it lost. False when no answer came: it has to be asked again. The caller holds the lock.
  async ask_what_is_lost(account: string, post: Post): Promise<boolean> {
    const seen = await this.seen(account);
    if (seen.length === 0) return true;
    const answer = await post({ device: await this.device(), seen, commands: [] });
    await this.take_or_remember(account, seen, outcome_of([], answer, Date.now(), 0));
    return answer.ok;
  }

  // Sends what is due, once. The caller holds the lock.
  async send_once(
    account: string,
    post: Post,
    skew_ms: number | undefined,
    chance = Math.random(),
    clock = Date.now,
  ): Promise<{ outcome?: Outcome; next_at?: number }> {
    await this.store_answers();
    const { rows, next_at } = await this.claim(account, clock(), skew_ms);
    if (rows.length === 0)
      return { next_at: this.unstored.length > 0 ? clock() + kNoRoomMs : next_at };
    for (const { id } of rows) this.on_its_way.add(id);
    try {
      return await this.send(account, rows, post, chance, clock);
    } finally {
      for (const { id } of rows) this.on_its_way.delete(id);
    }
  }
  private async send(
    account: string,
    rows: readonly OutboxRow[],
    post: Post,
    chance: number,
    clock: () => number,
  ): Promise<{ outcome?: Outcome; next_at?: number }> {
    const seen = await this.seen(account);
    const answer = await post({
      device: await this.device(),
      seen,
      commands: rows.map((row) => ({
        id: row.id,
        type: row.type,
        region: row.region,
        occurred_at: row.occurred_at,
        ...(row.skew_ms === undefined ? {} : { skew_ms: row.skew_ms }),
        device_sequence: row.device_sequence,
        ...(row.base_position ? { base_position: row.base_position } : {}),
        ...(row.sealed
          ? { sealed: base64url(row.sealed) }
          : { body: row.body as Record<string, never> }),
      })),
    });
    const outcome = await this.closed(rows, outcome_of(rows, answer, clock(), chance));
    if (!(await this.take_or_remember(account, seen, outcome)))
      return { outcome, next_at: clock() + kNoRoomMs };
    const left = pick_batch(await this.open_rows(account), clock());
    return { outcome, next_at: left.next_at };
  }

  // What an answer says of people is kept as the row is. While locked that cannot be: an answer with a
  // conflict is asked for again when the lock is open, others are needed by nobody.
  private async closed(rows: readonly OutboxRow[], outcome: Outcome): Promise<Outcome> {
    for (const row of rows.filter(({ kept, sealed }) => kept ?? sealed)) {
      const change = outcome.changes.get(row.id);
      if (!change || (change.answer === undefined && !change.conflict)) continue;
      const { answer, conflict, ...rest } = change;
      const said = await this.keeper.said(row, { answer, conflict });
      const kept: Partial<OutboxRow> = said ? { ...rest, said } : rest;
      const waits = !said && conflict && row.kept;
      outcome.changes.set(row.id, waits ? { sending: 0, wants_key: 1 } : kept);
    }
    return outcome;
  }

  // The network is back, or somebody asked: waiting rows are due at once, whatever their next try
  // was, and should the line not hold yet, the waits begin small again. One attempt stays noted: what
  // may have left the phone cannot be undone.
  async due_now(account: string) {
    await this.db.outbox.where({ account, state: 'queued' }).modify((row) => {
      row.next_try_at = 0;
      row.attempts = Math.min(row.attempts, 1);
    });
  }

  async prune(account: string, now = Date.now()) {
    const sent = await this.db.outbox.where({ account, state: 'sent' }).sortBy('device_sequence');
    const surplus = sent.length - kKeepSentRows;
    const old = sent.filter(
      (row, i) => i < surplus || (row.answered_at ?? now) < now - kKeepSentMs,
    );
    await this.db.outbox.bulkDelete(old.map((row) => row.id));
    // Of whoever does not come back nothing is left after 30 days; the server takes nothing older.
    await this.db.outbox
      .filter((row) => row.account !== account && !row.kept && row.occurred_at < now - kKeepSentMs)
      .delete();
  }
}

export const outbox = new Outbox();
