// SPDX-License-Identifier: Apache-2.0
// Hundreds who send a byte a second or read nothing, beside people who work: the people do not notice, and
// the others are let go by their deadlines. In the long form also by the tool slowhttptest.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { median } from '../../bench/processes.mjs';
import { until } from '../support/until.mjs';
import { Attackers } from './attackers.mjs';
import { offer, Tally } from './offered.mjs';
import { is_long, MachineWatch, Scene } from './scene.mjs';

const kPeople = 40;
const kAttackers = 300;
const kASecond = 40; // of visits and pages
const kRounds = is_long ? 3 : 1;
const kAloneSeconds = is_long ? 40 : 4;
const kBesideSeconds = is_long ? 40 : 6;
// Held at most: a head and a body 10 s, a reader 30 s, and what it takes to look at all deadlines and to be told.
const kSpareMs = is_long ? 2_500 : 10_000;
const kHeldMsMost = { head: 10_000 + kSpareMs, body: 10_000 + kSpareMs, reader: 30_000 + kSpareMs };
const kTimesAloneMost = 2;
const kUnnoticedMs = is_long ? 25 : 100; // below this nobody looks at a ratio

// The tool's three ways, each for longer than the server holds anybody.
const kToolConnections = 400;
const kToolSeconds = 60;
const kOthers = 4; // the tool's own look, and that of the test
const tool_ways = {
  'slow headers': ['-H', '-i', '1', '-u', '/'],
  'slow body': ['-B', '-i', '1', '-s', '100000', '-u', '/api/v1/session'],
  'slow read': ['-X', '-w', '512', '-y', '1024', '-n', '5', '-z', '32', '-k', '3', '-u', '/openapi.json'],
};

async function work(scene, seconds) {
  const tally = new Tally();
  let turn = 0;
  await offer({
    rate: kASecond,
    seconds,
    fire: (planned) => {
      const person = scene.people[(turn += 1) % scene.people.length];
      tally.send(person.wire, person.is_worker && turn % 2 ? person.visits(1) : person.page(), planned);
    },
  });
  await scene.until_answered(tally);
  assert.equal(tally.of(200), tally.begun, `${tally}`);
  return tally;
}

function check_times(t, rounds) {
  for (const { alone, beside } of rounds) t.diagnostic(`alone: ${alone}; beside: ${beside}`);
  const alone_ms = median(rounds.map(({ alone }) => alone.ms(0.95)));
  const beside_ms = median(rounds.map(({ beside }) => beside.ms(0.95)));
  t.diagnostic(`p95 ${alone_ms.toFixed(1)} ms alone, ${beside_ms.toFixed(1)} ms beside them`);
  assert.ok(beside_ms <= Math.max(kUnnoticedMs, kTimesAloneMost * alone_ms), `p95 ${beside_ms} ms, alone ${alone_ms} ms`);
}

// security: DO1
// fault: F12
test('hundreds of slow clients are let go and nobody notices them', async (t) => {
  const scene = await Scene.set(t, kPeople);
  await scene.log_in();
  const rounds = [];
  const held = { head: [], body: [], reader: [] };
  for (let round = 0; round < kRounds; round += 1) {
    const alone = await work(scene, kAloneSeconds);
    const attackers = new Attackers(scene.server.port, kAttackers);
    t.after(() => attackers.leave());
    await until('they are there', async () => (await scene.metric('wangdi_http_connections')) >= kAttackers);
    const beside = await work(scene, kBesideSeconds);
    // The first of all kinds but readers, who are held for longer than the short form takes.
    const kinds = is_long ? ['head', 'body', 'reader'] : ['head', 'body'];
    await until('each is let go', () => kinds.every((kind) => attackers.let_go[kind].length >= kAttackers / 3), 60_000);
    for (const [kind, times] of Object.entries(attackers.let_go)) held[kind].push(...times);
    for (const status of attackers.told.keys()) assert.ok(['408', '200'].includes(status) || !/^\d+$/.test(status), `they were told ${status}`);
    attackers.leave();
    await until('they are gone', async () => (await scene.metric('wangdi_http_connections')) <= kPeople + kOthers);
    rounds.push({ alone, beside });
  }
  for (const [kind, times] of Object.entries(held)) {
    const most_ms = Math.max(0, ...times);
    t.diagnostic(`${kind}: ${times.length} let go, held ${most_ms.toFixed(0)} ms at most`);
    assert.ok(most_ms <= kHeldMsMost[kind], `${kind}: held ${most_ms} ms`);
  }
  check_times(t, rounds);
  scene.check(t);
});

// Whether the service was there at each look of the tool, by second.
async function slowhttptest(server, words) {
  const folder = mkdtempSync(join(tmpdir(), 'wangdi_slow_'));
  try {
    const path = words.at(-1);
    const common = ['-c', String(kToolConnections), '-r', '200', '-l', String(kToolSeconds), '-p', '3', '-g', '-o', join(folder, 'told')];
    const tool = spawn('slowhttptest', [...common, ...words.slice(0, -1), server.url + path], {
      env: { ...process.env, TERM: 'dumb' },
      stdio: 'ignore',
    });
    await new Promise((done, fail) => tool.on('exit', done).on('error', fail));
    const rows = readFileSync(join(folder, 'told.csv'), 'utf8').trim().split('\n').slice(1);
    return rows.map((row) => row.split(',').map(Number)).map(([second, , , , available]) => ({ second, available }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// security: DO1
// fault: F12
test('slowhttptest finds the service available in all its ways', { skip: !is_long }, async (t) => {
  const scene = await Scene.set(t, kPeople);
  await scene.log_in();
  for (const [way, words] of Object.entries(tool_ways)) {
    const alone = await work(scene, kAloneSeconds);
    const cpu = new MachineWatch(scene.server.process.pid);
    const begun = performance.now();
    let most = 0;
    const attack = slowhttptest(scene.server, words);
    const held = until('they are let go', async () => {
      const open = await scene.metric('wangdi_http_connections');
      most = Math.max(most, open - kPeople);
      return most > kToolConnections / 2 && open <= kPeople + kOthers && performance.now() - begun;
    }, kToolSeconds * 1_000);
    const [looks, held_ms, beside] = await Promise.all([attack, held, work(scene, kAloneSeconds)]);
    t.diagnostic(
      `${way}: ${most} connected at most, let go after ${(held_ms / 1_000).toFixed(0)} s; p95 ${alone.ms(0.95).toFixed(1)} ms alone,` +
        ` ${beside.ms(0.95).toFixed(1)} ms beside it; ${cpu}`,
    );
    assert.ok(looks.every(({ available }) => available > 0), `${way}: the service was not available ${JSON.stringify(looks)}`);
  }
  scene.check(t);
});
