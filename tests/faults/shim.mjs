// SPDX-License-Identifier: Apache-2.0
// Faults of disk and clock for one server: writes the file that tests/faults/shim.cpp reads. All
// can be changed while the server runs.
import { closeSync, existsSync, openSync, readSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { root } from '../support/server.mjs';

const library = process.env.WANGDI_SHIM ?? join(root, 'build/tests/shim.so');
const calls_of = { fsync: 1n, fdatasync: 2n, write: 4n, pwrite: 8n, truncate: 16n };
const kRules = 8;
const kHeadBytes = 64;
const kRuleBytes = 128;
const kEndingAt = 64;
const kEndingBytes = 64;
const at = { calls: 0, first: 8, times: 16, error: 24, wait_ms: 32, matched: 40, spoilt: 48 };

export const kSyncs = ['fsync', 'fdatasync'];
export const kWrites = ['write', 'pwrite', 'truncate'];

export class Faults {
  constructor(folder) {
    // The loader would only warn, and a test whose faults never happen proves nothing.
    if (!existsSync(library)) throw new Error(`${library} is not built`);
    this.path = join(folder, 'faults');
    this.file = openSync(this.path, 'w+', 0o600);
    writeSync(this.file, Buffer.alloc(kHeadBytes + kRules * kRuleBytes), 0, undefined, 0);
  }

  // For the environment of the server.
  get environment() {
    return { LD_PRELOAD: library, WANGDI_FAULTS: this.path };
  }

  // From the `first` of these calls on, `times` calls (0: all) on paths with this ending get the
  // error, or wait. Counting begins anew.
  set(rule, { calls, ending = '', first = 1, times = 0, error = '', wait_ms = 0 }) {
    this.clear(rule);
    const bytes = Buffer.alloc(kRuleBytes);
    const errno = error ? constants.errno[error] : 0;
    if (errno === undefined || ending.length >= kEndingBytes) throw new Error(`${error} ${ending}`);
    for (const [name, value] of Object.entries({ first, times, error: errno, wait_ms }))
      bytes.writeBigInt64LE(BigInt(value), at[name]);
    bytes.write(ending, kEndingAt);
    writeSync(this.file, bytes, 8, kRuleBytes - 8, this.#place(rule) + 8);
    const mask = calls.reduce((sum, name) => sum | calls_of[name], 0n);
    this.#write(this.#place(rule), mask); // last: the rule is whole when it begins
  }
  clear(rule) {
    this.#write(this.#place(rule), 0n);
  }
  spoilt(rule) {
    return this.#read(this.#place(rule) + at.spoilt);
  }
  matched(rule) {
    return this.#read(this.#place(rule) + at.matched);
  }
  // How far the wall clock of the server is from the true one.
  set_clock(offset_ms) {
    this.#write(0, BigInt(offset_ms));
  }
  close() {
    closeSync(this.file);
  }

  #place(rule) {
    if (rule >= kRules) throw new Error(`rule ${rule}`);
    return kHeadBytes + rule * kRuleBytes;
  }
  #write(place, value) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    writeSync(this.file, bytes, 0, 8, place);
  }
  #read(place) {
    const bytes = Buffer.alloc(8);
    readSync(this.file, bytes, 0, 8, place);
    return Number(bytes.readBigInt64LE());
  }
}
