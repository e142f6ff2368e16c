// SPDX-License-Identifier: Apache-2.0
// The two forms of a row of the outbox: the one that people see, and the one that lies on the phone.
// There the body is sealed to the server, so that it can be sent whoever holds the phone, and what a
// person reads of it lies under the read key.
import type { OutboxRow } from '@/outbox/db';
import { keep, read, seal, type Bytes } from './seal';

// What is at hand now. A key only while the lock of that account is open.
export interface Keys {
  account: string;
  must_keep?: boolean; // nothing readable may lie on the phone without the key
  read_key?: CryptoKey;
  server_point?: Bytes;
}

type Readable = Pick<OutboxRow, 'body' | 'label'>;
type Said = Pick<OutboxRow, 'answer' | 'conflict'>;
const kept_place = (row: Pick<OutboxRow, 'id'>) => `${row.id} kept`;
const said_place = (row: Pick<OutboxRow, 'id'>) => `${row.id} said`;

// As src/app/intake.cpp says it.
export function sealed_place(row: Pick<OutboxRow, 'id' | 'type' | 'region' | 'account'>): string {
  return [row.id, row.type, row.region, row.account].join('\n');
}

export class Keeper {
  // What was read lately, so that a list of hundreds is not decrypted at every change of one.
  private known = new Map<string, Readable & Said>();
  keys: Keys = { account: '' };

  private listeners = new Set<() => void>();

  set_keys(keys: Keys) {
    this.keys = keys;
    this.known.clear();
    for (const listener of this.listeners) listener();
  }
  // Called whenever the keys at hand change.
  on_keys(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private key_of(account: string): CryptoKey | undefined {
    return account === this.keys.account ? this.keys.read_key : undefined;
  }

  // The form that may lie on the phone. Without a key the row stays as it is: officers have none.
  async close(row: OutboxRow): Promise<OutboxRow> {
    const key = this.key_of(row.account);
    if (row.body === undefined) return row;
    if (!key) {
      const must = this.keys.must_keep && row.account === this.keys.account;
      return must ? ((await this.only_sealed(row)) ?? row) : row;
    }
    const readable: Readable = { body: row.body, label: row.label };
    const closed: OutboxRow = {
      ...row,
      body: undefined,
      label: '',
      kept: await keep(key, kept_place(row), readable),
    };
    if (row.state !== 'draft') closed.sealed = await this.sealed(row);
    const said = await this.said(row, row);
    if (said) {
      closed.said = said;
      closed.answer = closed.conflict = undefined;
    }
    return closed;
  }

  // A row of which nobody can read anything any more, and which the server still takes.
  async only_sealed(row: OutboxRow): Promise<OutboxRow | undefined> {
    const sealed = row.sealed ?? (await this.sealed(row));
    if (!sealed) return undefined;
    return {
      ...row,
      sealed,
      body: undefined,
      label: '',
      kept: undefined,
      said: undefined,
      answer: undefined,
      conflict: undefined,
    };
  }

  private async sealed(row: OutboxRow): Promise<Bytes | undefined> {
    if (row.sealed) return row.sealed;
    const { server_point } = this.keys;
    if (!server_point || row.body === undefined) return undefined;
    return seal(server_point, sealed_place(row), JSON.stringify({ body: row.body }));
  }

  // What an answer said, under the key of the row it belongs to.
  async said(row: Pick<OutboxRow, 'id' | 'account'>, said: Said): Promise<Bytes | undefined> {
    const key = this.key_of(row.account);
    if (!key || (said.answer === undefined && !said.conflict)) return undefined;
    const told: Said = { answer: said.answer, conflict: said.conflict };
    return keep(key, said_place(row), told);
  }

  async open(row: OutboxRow): Promise<OutboxRow> {
    const { kept, said } = row;
    if (!kept && !row.sealed) return row;
    const key = this.key_of(row.account);
    const mark = `${row.id} ${kept?.subarray(0, 12).join()} ${said?.subarray(0, 12).join()}`;
    const told = key && kept && (this.known.get(mark) ?? (await decrypted(key, row)));
    if (!told) return { ...row, body: {}, label: '', unreadable: 1 };
    this.known.set(mark, told);
    return { ...row, ...told };
  }

  // What was shown once is not kept in memory either.
  forget(id: string) {
    for (const mark of this.known.keys()) if (mark.startsWith(id)) this.known.delete(mark);
  }

  open_all(rows: readonly OutboxRow[]): Promise<OutboxRow[]> {
    return Promise.all(rows.map((row) => this.open(row)));
  }
}

// Nothing when it was closed under another key: after a loss.
async function decrypted(key: CryptoKey, row: OutboxRow): Promise<(Readable & Said) | undefined> {
  try {
    const readable = (await read(key, kept_place(row), row.kept!)) as Readable;
    return { ...readable, ...(row.said && ((await read(key, said_place(row), row.said)) as Said)) };
  } catch {
    return undefined;
  }
}
