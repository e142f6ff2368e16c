// SPDX-License-Identifier: Apache-2.0
// A morning of 1,000 people (150 in the short form): they log in one after the other, open a stream each, and
// phones send batches while officers look at boards. Nobody meets a server error or a lost connection.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../support/until.mjs';
import { offer, Tally } from './offered.mjs';
import { applied } from './people.mjs';
import { is_long, Scene } from './scene.mjs';

const kPeople = is_long ? 1_000 : 150;
const kCommunities = is_long ? 4 : 0;
const kSeconds = is_long ? 300 : 5; // when all are in
const kLogInsASecond = 25; // two hashes each, and two can be made at once
const kVisitsMost = 5; // of a phone's batch
const kThinkMsLeast = is_long ? 5_000 : 1_000; // between two things that one person asks for
const kThinkMsMost = is_long ? 15_000 : 4_000;

const up_to = (most) => 1 + Math.floor(Math.random() * most);

class Morning {
  constructor(scene) {
    this.scene = scene;
    this.batches = new Tally(applied);
    this.pages = new Tally();
    this.thinking = new Set();
    this.is_over = false;
  }

  // One person's: in, a look at what there is, then now and then something to send or to see.
  async of(person) {
    await person.first_log_in((answer) => this.scene.log_ins.take(answer));
    person.open_stream();
    await this.pages.send(person.wire, person.page());
    while (!this.is_over) {
      await this.think();
      if (this.is_over) return;
      if (person.is_worker) await this.batches.send(person.wire, person.visits(up_to(kVisitsMost)));
      else await this.pages.send(person.wire, person.page());
    }
  }

  // Some seconds, or until all is over.
  async think() {
    const ms = kThinkMsLeast + Math.random() * (kThinkMsMost - kThinkMsLeast);
    const timer = new AbortController();
    this.thinking.add(timer);
    await pause(ms, undefined, { signal: timer.signal }).catch(() => {});
    this.thinking.delete(timer);
  }

  // All come one after the other and stay; resolves when each has got the last answer.
  async run(seconds) {
    const lives = [];
    const { people } = this.scene;
    const coming = [...people];
    const come = () => coming.length > 0 && lives.push(this.of(coming.shift()));
    await offer({ rate: kLogInsASecond, seconds: people.length / kLogInsASecond, fire: come });
    while (coming.length > 0) come();
    await offer({ rate: 1, seconds, fire: () => {} });
    this.is_over = true;
    this.thinking.forEach((timer) => timer.abort());
    await Promise.all(lives);
  }
}

// One visit more in each community: everybody's stream tells of it.
async function check_streams(scene, batches) {
  const streams = scene.people.map(({ stream }) => stream);
  assert.ok(streams.every(({ status }) => status === 200), 'a stream was not opened');
  const before = streams.map(({ events }) => events);
  const workers = new Map(scene.workers.map((worker) => [worker.community, worker]));
  for (const worker of workers.values()) await batches.send(worker.wire, worker.visits(1));
  await until('everybody is told of the last visits', () => streams.every(({ events }, i) => events > before[i]));
  assert.deepEqual(streams.filter(({ ended }) => ended).map(({ ended }) => ended), [], 'streams ended');
  assert.equal(await scene.metric('wangdi_http_streams'), kPeople);
  return before.reduce((sum, events) => sum + events, 0);
}

test('a thousand people work without a server error or a lost connection', async (t) => {
  const scene = await Scene.set(t, kPeople, kCommunities);
  const morning = new Morning(scene);
  await morning.run(kSeconds);
  const { batches, pages } = morning;
  const events = await check_streams(scene, batches);
  t.diagnostic(`log-ins: ${scene.log_ins}`);
  t.diagnostic(`batches: ${batches}, ${batches.amount()} visits`);
  t.diagnostic(`pages: ${pages}`);
  for (const tally of [scene.log_ins, batches, pages]) assert.equal(tally.failures(), 0, `${tally}`);
  assert.equal(scene.log_ins.of(200), 2 * kPeople, 'not everybody is in');
  assert.equal(batches.of(200) + pages.of(200), batches.begun + pages.begun, 'somebody was refused');
  t.diagnostic(`${events} events on ${kPeople} streams`);
  scene.check(t);
});
