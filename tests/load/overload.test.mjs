// SPDX-License-Identifier: Apache-2.0
// Five times what the server can take, as when all phones of a town come back from a morning without network: each
// sends batches of what it holds. What can be done goes on being done; the rest is told at once when to come again;
// soon after the rush all is as before.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median } from '../../bench/processes.mjs';
import { keep_asking, offer, Tally } from './offered.mjs';
import { applied } from './people.mjs';
import { is_long, Scene } from './scene.mjs';
import { Wire } from './wire.mjs';

const kPeople = is_long ? 200 : 40;
const kWires = 1_000; // phones that send at once: more than the server's queue has room for
const kBatch = 20;
const kClosedSenders = 64;
const kWarmSeconds = is_long ? 10 : 1;
const kClosedSeconds = is_long ? 6 : 1.5;
const kRushSeconds = is_long ? 10 : 2;
const kRounds = 3; // the short form ends with the first good one
const kCommunities = is_long ? 12 : 0;
const kTimes = 5;
// Of the capacity right afterwards: a fresh database is faster than it stays. Where other work takes the
// processors, each sender more takes some from the server, so the short form only looks for a collapse.
const kGoodputLeast = is_long ? 0.8 : 0.2;
const kCalmASecond = 20; // single visits and pages, before and after
const kCalmSeconds = is_long ? 10 : 2;
const kNormalWithinMs = is_long ? 10_000 : 30_000;
const kWindowMs = 1_000;
const kNormalTimes = 2; // of the latency before the rush, or
const kNormalMs = is_long ? 50 : 250; // what nobody notices; what a busy machine needs

// What a few people ask on a calm day.
function calm(scene, seconds, tally) {
  let turn = 0;
  return offer({
    rate: kCalmASecond,
    seconds,
    fire: (planned) => {
      const person = scene.people[(turn += 1) % scene.people.length];
      tally.send(person.wire, person.is_worker ? person.visits(1) : person.page(), planned);
    },
  });
}

// What is asked: who asks, how, how much one answer holds, and how much the server lets wait.
const kinds = {
  commands: { role: 'worker', of_one: kBatch, queue: 4_096, tally: () => new Tally(applied), ask: (person) => person.visits(kBatch) },
  pages: { role: 'officer', of_one: 1, queue: 512, tally: () => new Tally(), ask: (person) => person.page() },
};

// How much a second when so many phones each ask again as soon as they are answered.
async function capacity(kind, phones, seconds = kClosedSeconds) {
  const tally = kind.tally();
  const begun = performance.now();
  await keep_asking({
    senders: phones.slice(0, kClosedSenders),
    seconds,
    ask: (phone) => tally.send(phone.wire, kind.ask(phone[kind.role])),
  });
  assert.equal(tally.of(200), tally.begun, `${tally}`);
  return tally.amount() / ((performance.now() - begun) / 1_000);
}

// The same phones, so much a second whatever becomes of it.
async function rush(scene, kind, phones, much_a_second) {
  const tally = kind.tally();
  const free = [...phones];
  let kept_back = 0;
  // Also on a slow machine for long enough to fill the queue twice.
  const seconds = Math.max(kRushSeconds, (2 * kind.queue) / (much_a_second - much_a_second / kTimes));
  const begun = performance.now();
  const lag_ms = await offer({
    rate: much_a_second / kind.of_one,
    seconds,
    fire: (planned) => {
      const phone = free.shift();
      if (!phone) return void (kept_back += 1); // every phone waits for an answer
      tally.send(phone.wire, kind.ask(phone[kind.role]), planned).then(() => free.push(phone));
    },
  });
  const ended = performance.now();
  const normal_ms = await normal_again(scene, ended);
  await scene.until_answered(tally);
  const offered = ((tally.begun + kept_back) * kind.of_one * 1_000) / (ended - begun);
  const last = Math.max(ended, ...tally.times.map(({ at }) => at));
  return { tally, offered, taken: (tally.amount() * 1_000) / (last - begun), normal_ms, lag_ms };
}

// How long after the end people were answered as before: all, and as fast.
async function normal_again(scene, ended) {
  const bar_ms = Math.max(kNormalMs, kNormalTimes * scene.calm_ms);
  for (;;) {
    const window = new Tally();
    await calm(scene, kWindowMs / 1_000, window);
    await scene.until_answered(window);
    const after_ms = performance.now() - ended;
    if (window.of(200) === window.begun && window.ms(0.95) <= bar_ms) return after_ms;
    assert.ok(after_ms <= kNormalWithinMs, `not normal ${after_ms} ms after the rush: ${window}, bar ${bar_ms} ms`);
  }
}

function check_answers(tally) {
  assert.equal(tally.failures({ refusals: true }), 0, `${tally}`);
  assert.equal(tally.of(200) + tally.of(503), tally.begun, `${tally}`);
  assert.ok(tally.of(503) > 0, 'nobody was told to wait: this was no rush');
}

// Rounds of a rush between two looks at the capacity; the median share of the later that was taken.
async function rounds(t, scene, kind, phones) {
  await capacity(kind, phones, kWarmSeconds);
  const shares = [];
  let last = await capacity(kind, phones);
  for (let round = 1; round <= kRounds; round += 1) {
    const { tally, offered, taken, normal_ms, lag_ms } = await rush(scene, kind, phones, kTimes * last);
    const next = await capacity(kind, phones);
    shares.push(taken / next);
    t.diagnostic(
      `capacity ${last.toFixed(0)} and ${next.toFixed(0)} a second, offered ${offered.toFixed(0)}, taken ${taken.toFixed(0)}; ${tally};` +
        ` slowest refusal ${tally.slowest_refusal_ms.toFixed(0)} ms, normal after ${normal_ms.toFixed(0)} ms, generator ${lag_ms.toFixed(0)} ms late at most`,
    );
    check_answers(tally);
    last = next;
    if (!is_long && shares.at(-1) >= kGoodputLeast) return shares.at(-1);
  }
  return median(shares);
}

test('at five times capacity the server goes on taking what it can, and tells the rest to come again', async (t) => {
  const scene = await Scene.set(t, kPeople, kCommunities);
  await scene.log_in();
  scene.people.forEach((person) => person.open_stream());
  const phones = Array.from({ length: kWires }, (_, i) => ({
    worker: scene.workers[i % scene.workers.length],
    officer: scene.officers[i % scene.officers.length],
    wire: new Wire(scene.server.port),
  }));
  t.after(() => phones.forEach(({ wire }) => wire.close()));
  const before = new Tally();
  await calm(scene, kCalmSeconds, before);
  await scene.until_answered(before);
  scene.calm_ms = before.ms(0.95);
  t.diagnostic(`before: ${before}`);
  for (const [name, kind] of Object.entries(kinds)) {
    const share = await rounds(t, scene, kind, phones);
    t.diagnostic(`${name} taken at ${kTimes} times capacity: ${share.toFixed(2)} of it`);
    assert.ok(share >= kGoodputLeast, `${name}: ${share} of capacity`);
  }
  scene.check(t);
});
