// SPDX-License-Identifier: Apache-2.0
// What the phone keeps: the outbox, the positions it was answered with, a copy of the own grid.
// `durability: strict` because "saved on this phone" is a promise that outlives a power cut.
import Dexie, { type EntityTable, type Table } from 'dexie';
import type { CommandType, ConflictField, Position, Problem, Seen } from '@/api/types';

export type OutboxState = 'draft' | 'queued' | 'sent' | 'conflict' | 'refused' | 'held';

export interface OutboxRow {
  id: string; // the command id, minted once and kept over every retry
  account: string;
  type: CommandType;
  region: string;
  subject: string; // the record it is about; rows of one subject go out in order
  label: string; // the door, for the list on "my account"; empty where it is closed
  creates: 0 | 1; // later rows of the subject make no sense without this one
  state: OutboxState;
  body: unknown;
  occurred_at: number; // this device's clock
  skew_ms?: number; // frozen at the first sending
  device_sequence: number;
  base_position?: Position;
  not_before: number; // the undo wait
  sending: 0 | 1;
  attempts: number;
  next_try_at: number;
  alone: 0 | 1; // sent by itself, after an answer refused a whole batch
  answered_at?: number;
  position?: Position;
  receipt?: string;
  answer?: unknown;
  problem?: Problem;
  conflict?: ConflictField[];
  settled?: 'mine' | 'theirs' | 'seen'; // how the worker settled a conflict or a refusal
  // How it lies on a phone with a PIN (src/lock): body, label, answer and conflict are not there then.
  sealed?: Uint8Array<ArrayBuffer>; // the body, for the server only
  kept?: Uint8Array<ArrayBuffer>; // body and label under the read key
  said?: Uint8Array<ArrayBuffer>; // answer and conflict under the read key
  wants_key?: 1; // its answer could not be kept while locked: it is sent again when it is open
  unreadable?: 1; // only in memory: the read key is gone or locked away
}

export interface SeenRow extends Seen {
  account: string;
}
export interface CacheRow {
  account: string;
  key: string;
  value?: unknown; // of before there was a PIN
  kept?: Uint8Array<ArrayBuffer>; // under the read key
  at: number; // when the server gave it, device clock
}
export interface MetaRow {
  key: string;
  value: unknown;
}

export class WangdiDb extends Dexie {
  meta!: EntityTable<MetaRow, 'key'>;
  outbox!: EntityTable<OutboxRow, 'id'>;
  seen!: Table<SeenRow, [string, number]>;
  cache!: Table<CacheRow, [string, string]>;

  constructor(name = 'wangdi') {
    super(name, { chromeTransactionDurability: 'strict' });
    // Migrations only ever add: an old outbox must be readable by every later version.
    this.version(1).stores({
      meta: 'key',
      outbox: 'id, [account+state], [account+device_sequence]',
      seen: '[account+district]',
      cache: '[account+key]',
    });
  }
}

export const db = new WangdiDb();
