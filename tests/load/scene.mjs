// SPDX-License-Identifier: Apache-2.0
// A server with its people for a test of load, and what /proc tells of it and of the machine meanwhile.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { memory_mb } from '../../bench/processes.mjs';
import { open_people } from './people.mjs';
import { Tally } from './offered.mjs';
import { doors_of } from './places.mjs';

export const is_long = Boolean(process.env.WANGDI_LONG);
export const kMemoryMbMost = 512;

// All people of a test share one address, which the limits for one client are not made for: they are
// raised, as an operator behind one proxy would by naming it.
const kConnections = 5_000;
const kLastAnswersMs = 60_000;

export class Scene {
  // So many people, who have not logged in yet, and so many communities beside the demo's. `t` is the test:
  // the scene goes with it.
  static async set(t, count, communities = 0) {
    const scene = new Scene();
    t.after(() => scene.close());
    scene.server = await scene.installation.serve({ set: { 'http.connections_per_client_max': kConnections } });
    scene.machine = new MachineWatch(scene.server.process.pid);
    scene.log_ins = new Tally();
    scene.people = await open_people(scene.server, await doors_of(scene.server, communities), count);
    scene.workers = scene.people.filter(({ is_worker }) => is_worker);
    scene.officers = scene.people.filter(({ is_worker }) => !is_worker);
    return scene;
  }

  constructor() {
    this.installation = new Installation();
  }

  // Everybody's first log-in and password, all at once.
  async log_in() {
    await Promise.all(this.people.map((person) => person.first_log_in((answer) => this.log_ins.take(answer))));
    assert.equal(this.log_ins.failures(), 0, `log-ins: ${this.log_ins}`);
  }

  // The load has ended; its last answers have not.
  until_answered(...tallies) {
    return until('the last answers', () => tallies.every(({ open }) => open === 0), kLastAnswersMs);
  }

  memory_mb(line) {
    return memory_mb(this.server.process.pid, line);
  }
  descriptors() {
    return readdirSync(`/proc/${this.server.process.pid}/fd`).length;
  }
  async metric(name) {
    const text = await (await fetch(`${this.server.url}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  }

  // At the end of each test: the server is whole, and its memory was bounded throughout.
  check(t) {
    const peak_mb = this.memory_mb('VmHWM');
    assert.ok(peak_mb <= kMemoryMbMost, `${peak_mb} MB at the peak`);
    assert.equal(this.server.process.exitCode, null, this.server.log);
    t.diagnostic(`memory ${peak_mb.toFixed(0)} MB at the peak; ${this.machine}`);
  }

  async close() {
    this.people?.forEach((person) => person.leave());
    await this.server?.stop();
    this.installation.remove();
  }
}

// Who used the processors since the watch began, as shares of the whole machine.
export class MachineWatch {
  constructor(pid) {
    this.pid = pid;
    this.before = this.read();
  }
  read() {
    const [user, nice, system, idle, wait, irq, soft, steal] = readFileSync('/proc/stat', 'utf8').split('\n')[0].split(/ +/).slice(1).map(Number);
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    const { user: own_user, system: own_system } = process.cpuUsage();
    return {
      all: user + nice + system + idle + wait + irq + soft + steal,
      idle: idle + wait,
      server: Number(fields[11]) + Number(fields[12]),
      own: (own_user + own_system) / 1e4,
    };
  }
  shares() {
    const now = this.read();
    const of = (name) => (now[name] - this.before[name]) / (now.all - this.before.all);
    return { server: of('server'), generator: of('own'), others: Math.max(0, 1 - of('idle') - of('server') - of('own')) };
  }
  toString() {
    const percent = Object.entries(this.shares()).map(([who, share]) => `${who} ${(100 * share).toFixed(0)} %`);
    return `processors: ${percent.join(', ')}`;
  }
}
