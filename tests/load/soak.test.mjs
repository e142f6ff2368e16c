// SPDX-License-Identifier: Apache-2.0
// Memory over a long day: half an hour of moderate load after which the server holds no more than before. The
// short form sends so many requests that a leak of some hundred bytes in each would show.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keep_asking, offer, Tally } from './offered.mjs';
import { applied } from './people.mjs';
import { is_long, Scene } from './scene.mjs';

const kPeople = is_long ? 200 : 40;
const kCommunities = is_long ? 2 : 0;

// The long form: a slope, after the caches are full. Those of the database hold up to 64 MB for each of the reading
// threads, and a door of one round remembers 64 visits: until then memory grows with the data, as it should.
const kFillVisitsOfDoor = 70;
const kFillBatch = 20;
const kFillPages = 20_000;
const kMinutes = Number(process.env.WANGDI_SOAK_MINUTES ?? 30);
const kWarmMinutes = kMinutes / 5;
const kVisitsASecond = 40;
const kPagesASecond = 10;
const kReturnsASecond = 0.2; // somebody goes and comes back: session, stream and connection anew
const kLookEveryMs = 5_000;
const kSlopeMbAnHourMost = 1;

// The short form: growth over so many requests.
const kWarmRequests = 8_000;
const kRequests = 20_000;
const kGrowthMbMost = 4; // 200 bytes a request
const kSenders = 32;
const kVisitsOfAll = 0.9; // the rest are pages

// Least squares: what y grows by for each x.
function slope(points) {
  const mean = (name) => points.reduce((sum, point) => sum + point[name], 0) / points.length;
  const [x, y] = [mean('x'), mean('y')];
  const top = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0);
  return top / points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
}

async function requests(scene, count) {
  const tally = new Tally();
  let left = count;
  const ask = async (person) => {
    if (left <= 0) return;
    left -= 1;
    const is_visit = person.is_worker && Math.random() < kVisitsOfAll;
    await tally.send(person.wire, is_visit ? person.visits(1) : person.look_at_a_door());
  };
  while (left > 0) await keep_asking({ senders: scene.workers.slice(0, kSenders), seconds: 1, ask });
  assert.equal(tally.of(200), tally.begun, `${tally}`);
}

async function short(t, scene) {
  await requests(scene, kWarmRequests);
  const before_mb = scene.memory_mb();
  const before_descriptors = scene.descriptors();
  await requests(scene, kRequests);
  const grown_mb = scene.memory_mb() - before_mb;
  t.diagnostic(`${before_mb.toFixed(1)} MB, grown by ${grown_mb.toFixed(1)} MB in ${kRequests} requests`);
  assert.ok(grown_mb <= kGrowthMbMost, `grown by ${grown_mb} MB`);
  assert.ok(scene.descriptors() <= before_descriptors + 2, `${scene.descriptors()} descriptors, ${before_descriptors} before`);
}

class Soak {
  constructor(scene) {
    this.scene = scene;
    this.writes = new Tally(applied);
    this.pages = new Tally();
    this.returns = new Tally();
    this.points = [];
    this.turn = 0;
  }
  next(people) {
    return people[(this.turn += 1) % people.length];
  }
  async come_back(person) {
    person.leave();
    const answer = await person.log_in_again();
    this.returns.take(answer);
    person.open_stream();
  }
  look() {
    this.points.push({ x: performance.now() / 3_600_000, y: this.scene.memory_mb(), descriptors: this.scene.descriptors() });
  }
  async run(minutes) {
    const { workers, officers, people } = this.scene;
    const seconds = minutes * 60;
    const watch = setInterval(() => this.look(), kLookEveryMs);
    const busy = new Set();
    await Promise.all([
      offer({ rate: kVisitsASecond, seconds, fire: (planned) => this.of(workers, busy, (one) => this.writes.send(one.wire, one.visits(1), planned)) }),
      offer({ rate: kPagesASecond, seconds, fire: (planned) => this.of(officers, busy, (one) => this.pages.send(one.wire, one.page(), planned)) }),
      offer({
        rate: kReturnsASecond,
        seconds,
        fire: () => {
          const person = this.next(people);
          if (busy.has(person) || person.wire.open_requests > 0) return;
          busy.add(person);
          this.come_back(person).finally(() => busy.delete(person));
        },
      }),
    ]);
    clearInterval(watch);
    await this.scene.until_answered(this.writes, this.pages);
  }
  // Somebody who is not just coming back.
  of(people, busy, ask) {
    let person = this.next(people);
    for (let i = 0; busy.has(person) && i < people.length; i += 1) person = this.next(people);
    ask(person);
  }
}

// As fast as it goes, so that half an hour of a moderate day finds the caches full.
async function fill(scene) {
  const doors = [...scene.people[0].all_doors.values()].flat().length;
  const visits = new Tally(applied);
  const pages = new Tally();
  const wanted = doors * kFillVisitsOfDoor;
  await Promise.all([
    ...scene.workers.map(async (worker) => {
      while (visits.begun * kFillBatch < wanted) await visits.send(worker.wire, worker.visits(kFillBatch));
    }),
    ...scene.officers.map(async (officer) => {
      while (pages.begun < kFillPages) await pages.send(officer.wire, officer.page());
    }),
  ]);
  for (const tally of [visits, pages]) assert.equal(tally.of(200), tally.begun, `${tally}`);
}

async function long(t, scene) {
  await fill(scene);
  scene.people.forEach((person) => person.open_stream());
  const soak = new Soak(scene);
  await soak.run(kWarmMinutes);
  const warm = soak.points.splice(0);
  await soak.run(kMinutes);
  const mb_an_hour = slope(soak.points);
  const of_minute = soak.points.filter((_, i) => i % 36 === 0).map(({ y }) => y.toFixed(1));
  t.diagnostic(`visits: ${soak.writes}; pages: ${soak.pages}; returns: ${soak.returns}`);
  t.diagnostic(`memory ${warm[0].y.toFixed(1)} MB at first, then each three minutes ${of_minute.join(', ')} MB: ${mb_an_hour.toFixed(2)} MB an hour`);
  for (const tally of [soak.writes, soak.pages]) assert.equal(tally.of(200), tally.begun, `${tally}`);
  assert.equal(soak.returns.failures(), 0, `${soak.returns}`);
  assert.ok(mb_an_hour < kSlopeMbAnHourMost, `${mb_an_hour} MB an hour`);
  const descriptors = soak.points.map(({ descriptors }) => descriptors);
  assert.ok(Math.max(...descriptors) - Math.min(...descriptors) <= 20, `descriptors from ${Math.min(...descriptors)} to ${Math.max(...descriptors)}`);
}

test('memory does not grow with what was answered', async (t) => {
  const scene = await Scene.set(t, kPeople, kCommunities);
  await scene.log_in();
  await (is_long ? long : short)(t, scene);
  scene.check(t);
});
