// SPDX-License-Identifier: Apache-2.0
// The second factor over the real interface, with codes as a foreign program makes them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from '../support/client.mjs';
import { Authenticator } from '../support/one_time_code.mjs';
import { PhoneKey } from '../support/phone_key.mjs';
import { Installation } from '../support/server.mjs';

const kCommunity = '320508019044';
let installation, server;
before(async () => {
  installation = new Installation();
  rmSync(join(installation.data, 'DEMO')); // from here on these are people's real records
  server = await installation.serve();
});
after(async () => {
  await server?.stop();
  installation?.remove();
});

async function session_of(account, code) {
  const client = new Client(server.url);
  const answer = await client.post('/api/v1/session', { account, password: installation.password, ...(code && { code }) });
  client.csrf = answer.json?.csrf;
  return { client, answer };
}
async function enrolled(account) {
  const { client } = await session_of(account);
  const offer = await client.post('/api/v1/session/factor', { password: installation.password });
  assert.equal(offer.status, 200, offer.text);
  const phone = new Authenticator(offer.json.secret);
  const confirmed = await client.post('/api/v1/session/factor/confirm', { code: await phone.next() });
  assert.equal(confirmed.status, 200, confirmed.text);
  return { client, phone, secret: offer.json.secret, uri: offer.json.uri, codes: confirmed.json.recovery_codes };
}

async function refused_everywhere(client) {
  const { paths } = (await client.get('/openapi.json')).json;
  let asked = 0;
  for (const [path, methods] of Object.entries(paths)) {
    if (!path.startsWith('/api/v1/') || /^\/api\/v1\/(session|resident\/|device-state$)/.test(path)) continue;
    for (const method of Object.keys(methods)) {
      const refused = await client.request(method.toUpperCase(), path, method === 'get' ? {} : { body: {} });
      assert.equal(refused.status, 403, `${method} ${path}: ${refused.text}`);
      assert.equal(refused.json.name, 'factor_required', `${method} ${path}`);
      asked += 1;
    }
  }
  assert.ok(asked > 20, `${asked} operations`);
}

// security: AU2
test('who must have a second factor is refused everything else', async () => {
  for (const account of ['county', 'worker1']) {
    const { client, answer } = await session_of(account);
    assert.equal(answer.json.must_enrol_factor, true, account);
    await refused_everywhere(client);
  }
});

// security: AU2
test('a grid worker has one with an enrolled phone, or with codes', async () => {
  const kDoors = '/api/v1/screening/doors?grid=320508019044001';
  const { client, answer } = await session_of('worker1');
  client.account = answer.json.account;
  assert.equal((await client.get(kDoors)).json.name, 'factor_required');
  const phone = await PhoneKey.enrolled(client);
  assert.equal((await client.get('/api/v1/session')).json.must_enrol_factor, undefined);
  assert.equal((await client.get(kDoors)).status, 200);
  const asked = (await session_of('worker1')).answer;
  assert.equal(asked.json.name, 'device_key_required');
  const device = await phone.device(asked.json.challenge, 'worker1');
  const again = new Client(server.url);
  const opened = await again.post('/api/v1/session', { account: 'worker1', password: installation.password, device });
  assert.equal(opened.json.must_enrol_factor, undefined);
  assert.equal((await again.get(kDoors)).status, 200);

  const { client: by_codes } = await enrolled('worker2');
  assert.equal((await by_codes.get('/api/v1/session')).json.must_enrol_factor, undefined);
});

// security: AU2
test('a log-in takes password and code, and each code once', async () => {
  const { client, phone, secret, uri, codes } = await enrolled('county');
  assert.equal(uri, `otpauth://totp/Wangdi:county?secret=${secret}&issuer=Wangdi`);
  assert.equal(new Set(codes).size, 10);
  assert.equal((await client.get('/api/v1/session')).json.has_factor, true);
  assert.equal((await client.get(`/api/v1/accounts?region=${kCommunity}`)).status, 200);

  const ends = [];
  const code = await phone.next();
  for (const one of [undefined, '000000', code, code, codes[0], codes[0]]) {
    const { answer } = await session_of('county', one);
    ends.push(answer.json.name ?? answer.status);
  }
  assert.deepEqual(ends, ['code_required', 'code_wrong', 200, 'code_wrong', 200, 'code_wrong']);
});

// security: SE5
test('an export asks again who is there once the server has forgotten', async () => {
  const { client, phone } = await enrolled('officer');
  const ask = (at) => at.post('/api/v1/residents/export', { community: kCommunity, purpose: 'home_visit' });
  assert.equal((await ask(client)).status, 200, 'a moment after the log-in');
  const { port } = server;
  await server.stop();
  server = await installation.serve({ port });
  const later = client.at(server.url);
  const refused = await ask(later);
  assert.equal(refused.status, 403);
  assert.equal(refused.json.name, 'fresh_proof_required');
  assert.equal((await later.get('/api/v1/session')).status, 200, 'the session itself goes on');
  assert.equal((await later.post('/api/v1/session/proof', { password: installation.password })).json.name, 'code_required');
  assert.equal((await later.post('/api/v1/session/proof', { code: '000000' })).json.name, 'code_wrong');
  assert.equal((await later.post('/api/v1/session/proof', { code: await phone.next() })).status, 204);
  assert.equal((await ask(later)).status, 200);
});

test('no secret of a factor stands in log, metrics or database', async () => {
  const { secret, codes } = await enrolled('township');
  const metrics = (await new Client(server.url).get('/metrics')).text;
  await server.stop();
  const texts = [secret, ...codes];
  for (const file of ['wangdi.db', 'wangdi.db-wal']) {
    const found = execFileSync('sh', ['-c', `cat "$0" 2>/dev/null || true`, join(installation.data, file)], {
      maxBuffer: 1 << 30,
    });
    for (const text of texts) assert.ok(!found.includes(text), `${file} holds a secret`);
  }
  for (const text of texts) assert.ok(!server.log.includes(text) && !metrics.includes(text));
  server = await installation.serve();
});
