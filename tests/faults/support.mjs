// SPDX-License-Identifier: Apache-2.0
// What the tests of faults share: servers under faults, a load that keeps a ledger of every answer,
// and small disks.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logged_in, uuid } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { Faults } from './shim.mjs';

export const is_long = Boolean(process.env.WANGDI_LONG);
export const kGrid = '320508019044001';
export const kCommunity = '320508019044';

// The real environment, not a copy: what is started reads that one.
function with_environment(more, work) {
  const before = Object.keys(more).map((name) => [name, process.env[name]]);
  Object.assign(process.env, more);
  try {
    return work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

// An installation in a folder of its own below `place`, with faults that are off.
export function faulty_installation(place = tmpdir()) {
  const installation = with_environment({ TMPDIR: place }, () => new Installation());
  const folder = mkdtempSync(join(tmpdir(), 'wangdi_faults_'));
  const faults = new Faults(folder);
  return {
    installation,
    faults,
    // Serves under the faults; how long the start took stands in `started_ms`.
    async serve(options = {}) {
      const begun = performance.now();
      const starting = with_environment(faults.environment, () => installation.serve(options));
      const server = await starting;
      server.started_ms = performance.now() - begun;
      return server;
    },
    remove() {
      installation.remove();
      faults.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function verify(installation) {
  for (const words of [['verify'], ['rebuild', '--check']]) {
    const done = installation.run(words);
    assert.equal(done.status, 0, `${words.join(' ')}: ${done.stdout}${done.stderr}`);
  }
}

// What /proc tells of a process, in KiB.
export function memory_kib(server, what = 'VmRSS') {
  const status = readFileSync(`/proc/${server.process.pid}/status`, 'utf8');
  return Number(new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(status)[1]);
}

export function metric(text, name) {
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

// Senders that record visits, every second one with a note, whose key goes into keys.db.
export class Load {
  constructor({ senders = 4 } = {}) {
    this.opens = Array.from({ length: senders }, () => []);
    this.ledger = new Map(); // what was answered
    this.other_answers = new Map(); // status and name of other answers, with their count
    this.commands = 0;
  }

  async begin(server) {
    this.first = await logged_in(server, 'worker1');
    this.doors = (await this.first.get(`/api/v1/screening/doors?grid=${kGrid}`)).json.doors;
    return this;
  }

  command(client) {
    const { household } = this.doors[this.commands % this.doors.length];
    const note = this.commands % 2 ? { note: `第${this.commands}次` } : {};
    this.commands += 1;
    return client.command('screening.record_visit', kGrid, {
      visit: uuid(),
      household,
      outcome: 'all_well',
      exceptions: [],
      ...note,
    });
  }

  // One sending of what is open, or of something new; the answer, or nothing when there was none.
  async send(client, open) {
    if (open.length === 0) open.push(this.command(client));
    let answer;
    try {
      answer = await client.send(open);
    } catch {
      return undefined; // nobody knows what became of it
    }
    if (answer.status !== 200) {
      const key = `${answer.status} ${answer.json?.name}`;
      this.other_answers.set(key, (this.other_answers.get(key) ?? 0) + 1);
      return answer;
    }
    for (const result of answer.json.results) {
      assert.ok(['applied', 'duplicate'].includes(result.status), JSON.stringify(result));
      const { body } = open.find(({ id }) => id === result.id);
      this.ledger.set(result.id, { position: result.position, visit: body.visit });
    }
    open.length = 0;
    return answer;
  }

  // Senders at once, each until `enough` says so of its last answer.
  async run(server, enough, senders = this.opens.length) {
    await Promise.all(
      this.opens.slice(0, senders).map(async (open) => {
        const client = this.first.at(server.url);
        for (;;) {
          const answer = await this.send(client, open);
          if (enough(answer)) return;
        }
      }),
    );
  }

  until_gone(server, within = 20_000) {
    const most = this.ledger.size + within;
    return this.run(server, (answer) => {
      assert.ok(this.ledger.size < most, `the server goes on after ${within} more answers`);
      return answer === undefined;
    });
  }
  async answered(server, count, senders = undefined) {
    const wanted = this.ledger.size + count;
    const enough = (answer) => {
      assert.equal(answer?.status, 200, answer?.text);
      return this.ledger.size >= wanted;
    };
    await this.run(server, enough, senders);
  }
  // As phones do when all is well again: until it is taken.
  async send_what_is_open(server) {
    for (const open of this.opens) {
      if (open.length === 0) continue;
      const client = this.first.at(server.url);
      await until('what is open is taken', async () => (await this.send(client, open))?.status === 200);
    }
  }

  // Every answered visit is there once, each at a place of its own.
  async check(server) {
    const officer = await logged_in(server, 'officer');
    const seen = new Map();
    for (const household of new Set(this.doors.map((door) => door.household))) {
      let after = '';
      do {
        const page = (await officer.get(`/api/v1/screening/visits?household=${household}&community=${kCommunity}${after}`)).json;
        for (const row of page.rows) seen.set(row.visit, (seen.get(row.visit) ?? 0) + 1);
        after = page.next ? `&after=${page.next}` : '';
      } while (after);
    }
    const places = new Set();
    for (const { position, visit } of this.ledger.values()) {
      assert.equal(seen.get(visit), 1, `visit ${visit} is there ${seen.get(visit) ?? 0} times`);
      places.add(`${position.district}/${position.sequence}`);
    }
    assert.equal(places.size, this.ledger.size, 'two commands stand in one place');
    assert.ok(this.ledger.size > 0, 'nothing was answered');
  }
}

// A file system of its own that can be full. Mounting needs root: without it there is none, and the
// test says that it was not run.
export class SmallDisk {
  static make(mib) {
    const path = mkdtempSync(join(tmpdir(), 'wangdi_disk_'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'wangdi_test', path]);
    if (mounted.status === 0) return new SmallDisk(path);
    rmSync(path, { recursive: true });
    return undefined;
  }
  constructor(path) {
    this.path = path;
    this.filler = join(path, 'filler');
  }
  free() {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }
  // Takes all room but this much.
  fill(left = 0) {
    const file = openSync(this.filler, 'a');
    const block = Buffer.alloc(64 << 10);
    try {
      for (let free = this.free(); free > left; free = this.free())
        writeSync(file, block, 0, Math.min(block.length, free - left));
    } catch (error) {
      assert.equal(error.code, 'ENOSPC');
    } finally {
      closeSync(file);
    }
  }
  make_room() {
    rmSync(this.filler, { force: true });
  }
  remove() {
    execFileSync('umount', ['-l', this.path]);
    rmSync(this.path, { recursive: true });
  }
}
export const kNeedsRoot = 'not run: a file system of its own needs root to be mounted';

// A control group with a limit on memory, of either version; swap is none of it. Making one needs
// root and a mounted controller: without there is none, and the test says that it was not run.
export class MemoryGroup {
  static make(bytes) {
    const kinds = [
      { base: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', peak: 'memory.max_usage_in_bytes', refused: 'memory.failcnt', swap: ['memory.swappiness', '0'] },
      { base: '/sys/fs/cgroup', limit: 'memory.max', peak: 'memory.peak', refused: 'memory.events', swap: ['memory.swap.max', '0'] },
    ];
    for (const kind of kinds) {
      const path = join(kind.base, `wangdi_test_${process.pid}`);
      if (!existsSync(join(kind.base, own_group(kind), 'cgroup.procs'))) continue; // no way back
      try {
        mkdirSync(path);
      } catch {
        continue; // no such controller, or not ours to use
      }
      try {
        writeFileSync(join(path, kind.limit), String(bytes));
      } catch {
        rmdirSync(path);
        continue;
      }
      try {
        writeFileSync(join(path, kind.swap[0]), kind.swap[1]);
      } catch {
        // a machine without swap has nothing to switch off
      }
      return new MemoryGroup(path, kind);
    }
    return undefined;
  }
  constructor(path, kind) {
    this.path = path;
    this.kind = kind;
  }
  // What `work` starts at once begins its life in the group, so that all of its memory counts.
  inside(work) {
    const home = join(this.kind.base, own_group(this.kind), 'cgroup.procs');
    writeFileSync(join(this.path, 'cgroup.procs'), String(process.pid));
    try {
      return work();
    } finally {
      writeFileSync(home, String(process.pid));
    }
  }
  has(pid) {
    return readFileSync(join(this.path, 'cgroup.procs'), 'utf8').split('\n').includes(String(pid));
  }
  peak_bytes() {
    return Number(readFileSync(join(this.path, this.kind.peak), 'utf8'));
  }
  // How often the limit was reached; old pages of files went then.
  times_full() {
    const text = readFileSync(join(this.path, this.kind.refused), 'utf8');
    return Number(/^(?:max )?(\d+)$/m.exec(text)[1]);
  }
  remove() {
    rmdirSync(this.path);
  }
}
// The path of this process's group below the controller's mount.
function own_group({ base }) {
  const controller = base.endsWith('/memory') ? 'memory' : '';
  for (const line of readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line);
    if (controllers.split(',').includes(controller)) return path;
  }
  return '/';
}
export const kNeedsGroup = 'not run: a control group for memory needs root and its controller';
