// SPDX-License-Identifier: Apache-2.0
// F11: the line between a phone and the server breaks at every part of a request and of its answer:
// reset, ended, silent in both directions or in one. What was not answered is sent again under its
// ids: it is there once, at one place, with one receipt. The server lets go of every half-open line.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { logged_in, uuid, visits_of } from '../support/client.mjs';
import { Line } from '../support/proxy.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { kGrid, metric, verify } from './support.mjs';

const kCommandsOfBatch = 2;
const kPatienceMs = 250; // of a phone before a silent line; one that works is waited for
const kLetGoMsMost = 60_000;

// One sending on a connection of its own: the results, or nothing when the line gave none.
function send_over(line, client, commands, patience_ms) {
  const body = JSON.stringify({ device: client.device, seen: [], commands });
  const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return new Promise((done) => {
    const asked = request({
      port: line.port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/api/v1/commands',
      agent: false,
      headers: {
        cookie,
        'x-csrf-token': client.csrf,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    });
    const nothing = () => done(undefined);
    if (patience_ms) setTimeout(() => asked.destroy(), patience_ms);
    asked.on('error', nothing);
    asked.on('close', nothing);
    asked.on('response', (given) => {
      const parts = [];
      given.on('data', (part) => parts.push(part)).on('error', nothing);
      given.on('end', () => {
        if (!given.complete) return nothing();
        assert.equal(given.statusCode, 200);
        done(JSON.parse(Buffer.concat(parts).toString()).results);
      });
    });
    asked.end(body);
  });
}

// Bytes after which a line may break: both ends of head and body, their middles, and all of it.
function places({ head, all }) {
  return [...new Set([0, 1, head >> 1, head - 1, head, head + 1, (head + all) >> 1, all - 1, all])];
}

// fault: F11
test('a line that breaks anywhere loses nothing, doubles nothing and is let go', async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  const server = await installation.serve();
  t.after(() => server.kill());
  const client = await logged_in(server, 'worker1');
  const { doors } = (await client.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  const line = await Line.before(server);
  t.after(() => line.close());
  const ledger = new Map(); // id: visit and the first answer
  let number = 0;
  const batch = () =>
    Array.from({ length: kCommandsOfBatch }, () =>
      client.command('screening.record_visit', kGrid, {
        visit: uuid(),
        household: doors[number++ % doors.length].household,
        outcome: 'all_well',
        exceptions: [],
      }),
    );
  const note = (commands, results, what) => {
    for (const { id, body } of commands) {
      const result = results.find((one) => one.id === id);
      const before = ledger.get(id);
      assert.match(result.status, before ? /^duplicate$/ : /^(applied|duplicate)$/, what);
      const { position, receipt } = result;
      if (before) assert.deepEqual({ position, receipt }, before.answer, what);
      ledger.set(id, { visit: body.visit, answer: { position, receipt } });
    }
  };

  const first = batch();
  note(first, await send_over(line, client, first), 'a line that is whole');
  const { up, down } = line.last;
  const body_bytes = Buffer.byteLength(JSON.stringify({ device: client.device, seen: [], commands: first }));
  const answer_head = (await new Promise((done) => {
    const asked = request({ port: server.port, host: '127.0.0.1', path: '/health', agent: false }, (given) => {
      given.resume().on('end', () => done(given.rawHeaders.join(': ').length));
    });
    asked.end();
  }));
  const regions = {
    up: places({ head: up - body_bytes, all: up }),
    down: places({ head: Math.min(answer_head, down - 2), all: down }),
  };
  let unanswered = 0;
  for (const how of ['reset', 'end', 'halt', 'deaf']) {
    for (const way of ['up', 'down']) {
      for (const after of regions[way]) {
        const what = `${how} after ${after} bytes ${way}`;
        const commands = batch();
        line.faults.push({ way, after, how });
        const waits = how === 'halt' || how === 'deaf';
        const heard = await send_over(line, client, commands, waits && kPatienceMs);
        if (heard) note(commands, heard, what);
        else unanswered += 1;
        const again = await send_over(line, client, commands);
        assert.ok(again, `${what}: a whole line gave no answer`);
        note(commands, again, what);
      }
    }
  }
  t.diagnostic(`${unanswered} of ${ledger.size / kCommandsOfBatch} sendings had no answer at first, ${line.halted.length} lines half-open`);
  assert.ok(unanswered > 30 && line.halted.length > 20, 'the lines hardly broke');

  const officer = await logged_in(server, 'officer');
  const there = await visits_of(officer, new Set(doors.map(({ household }) => household)));
  for (const { visit } of ledger.values()) {
    assert.equal(there.filter((one) => one.visit === visit).length, 1, visit);
  }
  const taken = [...ledger.values()].map(({ answer }) => JSON.stringify(answer.position));
  assert.equal(new Set(taken).size, ledger.size, 'each has a place of its own');

  // Nobody told the server that these are gone.
  await until('the server lets go', () => line.halted.every(({ gone_ms }) => gone_ms !== undefined), kLetGoMsMost);
  const most_ms = Math.round(Math.max(...line.halted.map(({ gone_ms }) => gone_ms)));
  t.diagnostic(`the last half-open line was let go after ${most_ms} ms`);
  assert.ok(most_ms <= kLetGoMsMost);
  const open = metric((await officer.get('/metrics')).text, 'wangdi_http_connections');
  assert.ok(open <= 5, `${open} connections are open`);
  await server.stop();
  verify(installation);
});
