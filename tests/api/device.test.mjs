// SPDX-License-Identifier: Apache-2.0
// Phones' own keys over the real interface, with keys and signatures of WebCrypto.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client, logged_in, uuid } from '../support/client.mjs';
import { PhoneKey } from '../support/phone_key.mjs';
import { Installation } from '../support/server.mjs';

const kGrid = '320508019044001';
let installation, server, officer;
before(async () => {
  installation = new Installation();
  server = await installation.serve();
  officer = await logged_in(server, 'officer');
});
after(async () => {
  await server?.stop();
  installation?.remove();
});

// A browser of its own; `more`: code or device beside the password.
async function session_of(account, more = {}, password = installation.password) {
  const client = new Client(server.url);
  const answer = await client.post('/api/v1/session', { account, password, ...more });
  client.csrf = answer.json?.csrf;
  client.account = answer.json?.account;
  return { client, answer };
}
// A new grid worker with the password of the others.
let serial = 0;
async function worker() {
  const name = `phone-${(serial += 1)}`;
  const body = { account: uuid(), name, display_name: '测试', role: 'grid_worker', region: kGrid };
  const opened = await officer.one('accounts.open', kGrid, body);
  assert.equal(opened.status, 'applied', JSON.stringify(opened));
  const { client } = await session_of(name, {}, opened.answer.first_secret);
  const set = await client.post('/api/v1/session/password', { current: opened.answer.first_secret, next: installation.password });
  assert.equal(set.status, 200, set.text);
  client.csrf = set.json.csrf;
  client.account = set.json.account;
  return { name, account: body.account, client };
}
async function enrol(client, phone) {
  return client.post('/api/v1/session/device', await phone.enrolment(client.account.id));
}
async function enrolled() {
  const one = await worker();
  const phone = await PhoneKey.make();
  const answer = await enrol(one.client, phone);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.key, phone.key);
  return { ...one, phone, entered_at: answer.json.entered_at };
}
// The whole way of a phone, on a browser of its own.
async function come(name, phone, password = installation.password) {
  const asked = await session_of(name, {}, password);
  assert.equal(asked.answer.json.name, 'device_key_required', asked.answer.text);
  return session_of(name, { device: await phone.device(asked.answer.json.challenge, name) }, password);
}
async function state(phone, entered_at) {
  const answer = await new Client(server.url).post('/api/v1/device-state', { key: phone.key, entered_at });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.keep;
}

// security: AU2
test('an enrolled phone signs at each log-in, and each challenge once', async () => {
  const { name, client, phone, entered_at } = await enrolled();
  const me = (await client.get('/api/v1/session')).json;
  assert.equal(me.has_device_key, true);
  assert.equal(me.has_factor, undefined);
  assert.equal(me.device_entered_at, entered_at);

  const asked = (await session_of(name)).answer;
  assert.equal(asked.status, 401);
  assert.equal(asked.json.name, 'device_key_required');
  const stranger = await PhoneKey.make();
  const wrong = (await session_of(name, { device: await stranger.device(asked.json.challenge, name) })).answer;
  assert.equal(wrong.json.name, 'device_key_wrong');
  const device = await phone.device(wrong.json.challenge, name);
  const opened = (await session_of(name, { device })).answer;
  assert.equal(opened.status, 200, opened.text);
  assert.ok(opened.json.device_entered_at >= entered_at);
  const again = (await session_of(name, { device })).answer;
  assert.equal(again.json.name, 'device_key_wrong');
  assert.notEqual(again.json.challenge, wrong.json.challenge);

  const { port } = server;
  await server.stop();
  server = await installation.serve({ port });
  assert.equal((await session_of(name, { device })).answer.json.name, 'device_key_wrong', 'also after a restart');
  assert.equal((await come(name, phone)).answer.status, 200);
});

// security: AU2
test('of two log-ins with one challenge at the same moment one gets in', async () => {
  const { name, phone } = await enrolled();
  for (let round = 0; round < 5; round += 1) {
    const { challenge } = (await session_of(name)).answer.json;
    const device = await phone.device(challenge, name);
    const both = await Promise.all([session_of(name, { device }), session_of(name, { device })]);
    assert.deepEqual(both.map(({ answer }) => answer.json.name ?? answer.status).sort(), [200, 'device_key_wrong']);
  }
});

test('a key is enrolled by who has it, in the own session, with its token, and for grid workers only', async () => {
  const { client } = await worker();
  const phone = await PhoneKey.make();
  const body = await phone.enrolment(client.account.id);
  const without = await client.request('POST', '/api/v1/session/device', { body, headers: { 'x-csrf-token': 'x' } });
  assert.equal(without.json.name, 'csrf_missing');
  assert.equal((await new Client(server.url).post('/api/v1/session/device', body)).json.name, 'login_required');
  const other = await PhoneKey.make();
  for (const spoilt of [
    await phone.enrolment(officer.account.id),
    { ...body, public_key: other.public_key },
    { ...body, signature: await other.sign('x') },
    { ...body, public_key: 'AAAA' },
    { ...body, signature: '!' },
  ]) {
    const refused = await client.post('/api/v1/session/device', spoilt);
    assert.equal(refused.json.name, 'device_signature_wrong', JSON.stringify(spoilt));
  }
  const refused = await enrol(officer, phone);
  assert.equal(refused.status, 403);
  assert.equal(refused.json.name, 'device_not_allowed');
  assert.equal((await enrol(client, phone)).status, 200);
});

// security: AU2, SE3
test('another phone comes in by a code, and a phone that is removed is out within a second', async () => {
  const { name, client, phone } = await enrolled();
  const path = '/api/v1/session/device/code';
  assert.equal((await client.post(path, { password: 'not the right one' })).json.name, 'login_failed');
  const made = (await client.post(path, { password: installation.password })).json;
  assert.match(made.code, /^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/);
  assert.ok(made.ends_at > Date.now() + 9 * 60_000 && made.ends_at <= Date.now() + 10 * 60_000);
  const second = (await session_of(name, { code: made.code.toLowerCase() })).client;
  assert.ok(second.csrf, 'the code opens');
  assert.equal((await session_of(name, { code: made.code })).answer.json.name, 'code_wrong', 'once');
  const new_phone = await PhoneKey.make();
  assert.equal((await enrol(second, new_phone)).status, 200);

  const list = (await second.get('/api/v1/session/devices')).json;
  assert.deepEqual(list.rows.map(({ key, is_this }) => [key, is_this]), [[phone.key, undefined], [new_phone.key, true]]);
  assert.ok(list.rows.every(({ since, last_used }) => last_used >= since) && list.most === 5);

  const stream = await fetch(`${server.url}/api/v1/stream`, { headers: { cookie: [...client.cookies].map((pair) => pair.join('=')).join('; ') } });
  const reader = stream.body.getReader();
  const began = Date.now();
  const removed = await second.request('DELETE', `/api/v1/session/devices/${phone.key}`);
  assert.equal(removed.status, 204, removed.text);
  while (!(await reader.read()).done);
  assert.ok(Date.now() - began < 1_000, `${Date.now() - began} ms`);
  assert.equal((await client.get('/api/v1/session')).status, 401);
  assert.equal(await state(phone, Date.now()), 'nothing');
  const { challenge } = (await session_of(name)).answer.json;
  assert.equal((await session_of(name, { device: await phone.device(challenge, name) })).answer.json.name, 'device_key_wrong');
  assert.equal((await come(name, new_phone)).answer.status, 200);
  for (const gone of [phone.key, 'x', '']) {
    assert.equal((await second.request('DELETE', `/api/v1/session/devices/${gone}`)).status, 404, gone);
  }
  // Another account's phone is not there.
  const { client: stranger } = await worker();
  assert.equal((await stranger.request('DELETE', `/api/v1/session/devices/${new_phone.key}`)).json.name, 'not_found');
  assert.equal((await come(name, new_phone)).answer.status, 200);
});

test('an account has five phones at most', async () => {
  const { client } = await enrolled();
  for (let i = 0; i < 4; i += 1) assert.equal((await enrol(client, await PhoneKey.make())).status, 200);
  const full = await enrol(client, await PhoneKey.make());
  assert.equal(full.status, 409);
  assert.equal(full.json.name, 'device_keys_many');
  assert.match(full.json.title, /5/);
});

// security: SE3
test('a phone that comes back learns what it may keep', async () => {
  const { name, account, client, phone, entered_at } = await enrolled();
  assert.equal(await state(phone, entered_at), 'all');
  await client.request('DELETE', '/api/v1/session');
  assert.equal(await state(phone, entered_at), 'all', 'just an ended session');

  const moved = await officer.one('accounts.move', kGrid, { account, role: 'grid_worker', region: kGrid });
  assert.equal(moved.status, 'applied', JSON.stringify(moved));
  assert.equal(await state(phone, entered_at), 'key');
  let { client: back, answer } = await come(name, phone);
  assert.equal(await state(phone, answer.json.device_entered_at), 'all');

  const next = 'under 7 bridges a kettle';
  const changed = await back.post('/api/v1/session/password', { current: installation.password, next });
  assert.equal(changed.status, 200, changed.text);
  assert.equal(await state(phone, answer.json.device_entered_at), 'key');
  assert.equal(await state(phone, changed.json.device_entered_at), 'all', 'the phone that changed it goes on');

  const { port } = server;
  await server.stop();
  server = await installation.serve({ port });
  assert.equal(await state(phone, answer.json.device_entered_at), 'key', 'also after a restart');

  const reset = await officer.one('accounts.reset', kGrid, { account });
  assert.equal(reset.status, 'applied', JSON.stringify(reset));
  assert.equal(await state(phone, Date.now()), 'nothing');
  const first = await session_of(name, {}, reset.answer.first_secret);
  assert.equal(first.answer.status, 200, 'no phone is asked for after a reset');
  assert.equal(first.answer.json.has_device_key, undefined);

  const other = await enrolled();
  assert.equal((await officer.one('accounts.close', kGrid, { account: other.account, reason: '测试' })).status, 'applied');
  assert.equal(await state(other.phone, other.entered_at), 'nothing');
});

test('no code for a phone stands in log, metrics or database', async () => {
  const { client } = await enrolled();
  const { code } = (await client.post('/api/v1/session/device/code', { password: installation.password })).json;
  const metrics = (await new Client(server.url).get('/metrics')).text;
  const { port } = server;
  await server.stop();
  for (const text of [code, code.replace('-', '')]) {
    for (const file of ['wangdi.db', 'wangdi.db-wal']) {
      const bytes = execFileSync('sh', ['-c', `cat "$0" 2>/dev/null || true`, join(installation.data, file)], { maxBuffer: 1 << 30 });
      assert.ok(!bytes.includes(text), `${file} holds a code`);
    }
    assert.ok(!server.log.includes(text) && !metrics.includes(text));
  }
  server = await installation.serve({ port });
});

// Last: it wears out what this address has free.
// security: AU4
test('strangers who guess do not keep an enrolled phone out', async () => {
  const { name, phone } = await enrolled();
  let delayed;
  for (let i = 0; i < 100 && !delayed; i += 1) {
    const { answer } = await session_of(name, {}, 'not the right one');
    if (answer.status === 429) delayed = answer;
  }
  assert.equal(delayed?.json.name, 'login_delayed');
  const { answer } = await session_of(name, { device: await phone.device(delayed.json.challenge, name) });
  assert.equal(answer.status, 200, answer.text);
  // Nor do they learn which names have a phone.
  const unknown = (await session_of('nobody', {}, 'not the right one')).answer;
  assert.equal(typeof unknown.json.challenge, unknown.status === 429 ? 'string' : 'undefined');

  // Asking about phones that are not there wears out a count of its own.
  const asked = new Client(server.url);
  let worn;
  for (let i = 0; i < 100 && !worn; i += 1) {
    const one = await asked.post('/api/v1/device-state', { key: 'AAAAAAAAAAAAAAAAAAAAAA', entered_at: 0 });
    if (one.status === 429) worn = one;
    else assert.equal(one.json.keep, 'nothing');
  }
  assert.equal(worn?.json.name, 'too_many_requests');
});
