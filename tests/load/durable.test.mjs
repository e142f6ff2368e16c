// SPDX-License-Identifier: Apache-2.0
// Ten times the peak of a county: 260 durable writes a second while officers look at their pages. In the long
// form for ten minutes and against the absolute bars; in the short one against the same server at rest, where a
// machine is slower than the bars mean.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offer, Tally } from './offered.mjs';
import { applied } from './people.mjs';
import { is_long, Scene } from './scene.mjs';

const kWritesASecond = 260;
const kPagesASecond = 10;
const kSeconds = is_long ? 600 : 8;
const kRestSeconds = is_long ? 30 : 4;
const kRestWritesASecond = kWritesASecond / 10; // to know the machine
const kWriteP99MsMost = 250;
const kPageP95MsMost = is_long ? 50 : 250;
const kTimesRestMost = 5;
const kPeople = is_long ? 200 : 60;
const kCommunities = is_long ? 8 : 0; // so that a door is visited ten times, not two hundred

async function load(scene, writes_a_second, seconds) {
  const writes = new Tally(applied);
  const pages = new Tally();
  let turn = 0;
  const next = (people) => people[(turn += 1) % people.length];
  const lag_ms = await Promise.all([
    offer({
      rate: writes_a_second,
      seconds,
      fire: (planned) => {
        const worker = next(scene.workers);
        writes.send(worker.wire, worker.visits(1), planned);
      },
    }),
    offer({
      rate: kPagesASecond,
      seconds,
      fire: (planned) => {
        const officer = next(scene.officers);
        pages.send(officer.wire, officer.page(), planned);
      },
    }),
  ]);
  await scene.until_answered(writes, pages);
  return { writes, pages, lag_ms: Math.max(...lag_ms) };
}

test('260 durable writes a second are answered in time, and so are pages', async (t) => {
  const scene = await Scene.set(t, kPeople, kCommunities);
  await scene.log_in();
  scene.people.forEach((person) => person.open_stream());
  const rest = await load(scene, kRestWritesASecond, kRestSeconds);
  const busy = await load(scene, kWritesASecond, kSeconds);
  t.diagnostic(`writes at rest: ${rest.writes}`);
  t.diagnostic(`pages at rest: ${rest.pages}`);
  t.diagnostic(`writes: ${busy.writes}`);
  t.diagnostic(`pages: ${busy.pages}; the generator was ${busy.lag_ms.toFixed(0)} ms late at most`);
  for (const tally of [busy.writes, busy.pages]) {
    assert.equal(tally.failures(), 0, `${tally}`);
    assert.equal(tally.of(200), tally.begun, `${tally}`);
  }
  const bar = (most, at_rest) => (is_long ? most : Math.max(most, at_rest * kTimesRestMost));
  const write_ms = busy.writes.ms(0.99);
  const page_ms = busy.pages.ms(0.95);
  assert.ok(write_ms <= bar(kWriteP99MsMost, rest.writes.ms(0.99)), `a write took ${write_ms} ms at p99`);
  assert.ok(page_ms <= bar(kPageP95MsMost, rest.pages.ms(0.95)), `a page took ${page_ms} ms at p95`);
  scene.check(t);
});
