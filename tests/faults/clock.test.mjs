// SPDX-License-Identifier: Apache-2.0
// A wall clock that jumps a day forward and a day back under a running server (F6): positions stay
// in order and without gaps, ids are taken once, sessions and timeouts go on, verify agrees.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faulty_installation, kGrid, Load, verify } from './support.mjs';
import { logged_in } from '../support/client.mjs';

const kDayMs = 86_400_000;

// fault: F6
test('a clock that jumps disturbs neither order nor sessions', async (t) => {
  const { installation, faults, serve, remove } = faulty_installation();
  t.after(remove);
  const server = await serve();
  t.after(() => server.kill());
  const load = await new Load().begin(server);
  const officer = await logged_in(server, 'officer'); // may be idle for half an hour only
  await load.answered(server, 20);
  const first = load.command(load.first);
  const { position } = (await load.first.send([first])).json.results[0];

  let last = position.sequence;
  for (const jump of [kDayMs, 0, -kDayMs, 0, -2 * kDayMs, 2 * kDayMs, 0]) {
    faults.set_clock(jump);
    const before = load.ledger.size;
    const answer = await load.first.send([first]);
    assert.equal(answer.json.results[0].status, 'duplicate');
    assert.deepEqual(answer.json.results[0].position, position);
    const off_by = Math.abs(answer.json.server_time - Date.now() - jump);
    assert.ok(off_by < 60_000, `the server's clock is off by ${off_by} ms`);
    await load.answered(server, 10);
    const sequences = [...load.ledger.values()].slice(before).map((one) => one.position.sequence);
    assert.ok(Math.min(...sequences) > last, 'a later command stands before an earlier one');
    assert.equal(Math.max(...sequences), last + sequences.length, 'a position was left out');
    last = Math.max(...sequences);
    const session = await officer.get('/api/v1/session');
    assert.equal(session.status, 200, `the session ended by a jump of ${jump} ms`);
    const left_ms = session.json.expires_at - session.json.server_time;
    assert.ok(left_ms > 25 * 60_000 && left_ms <= 30 * 60_000, `${left_ms} ms left`);
  }
  // A sweep of ended sessions and one of connections have passed meanwhile, or pass now.
  faults.set_clock(kDayMs);
  const begun = performance.now();
  while (performance.now() < begun + 1_500) await load.answered(server, 4);
  assert.equal((await officer.get('/api/v1/session')).status, 200);
  await load.check(server);
  await server.stop();
  verify(installation);
});
