// SPDX-License-Identifier: Apache-2.0
// A command whose body is sealed to the server's key is taken as one whose body is readable, by the same
// rules; it opens for the account and the command it was sealed for and for nothing else.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logged_in, uuid, visits_of } from '../support/client.mjs';
import { seal } from '../support/seal.mjs';
import { Installation } from '../support/server.mjs';

const kGrid = '320508019044001';
const kType = 'screening.record_visit';
let installation, server, worker, household, server_key;
before(async () => {
  installation = new Installation();
  server = await installation.serve();
  worker = await logged_in(server, 'worker1');
  const { doors } = (await worker.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  household = doors.find(({ status }) => status !== 'vacant').household;
  server_key = (await worker.get('/api/v1/session')).json.phone.server_key;
});
after(async () => {
  await server?.stop();
  installation?.remove();
});

const visit = (change = {}) => ({ visit: uuid(), household, outcome: 'not_home', ...change });
// An envelope with a sealed body in the place of the readable one.
async function sealed(body, { account = worker.account.id, as = {} } = {}) {
  const { body: _, ...envelope } = worker.command(kType, kGrid, body);
  const place = { ...envelope, ...as };
  return { ...envelope, sealed: await seal(server_key, place, account, body) };
}
const result_of = async (client, command) => {
  const answer = await client.send([command]);
  assert.equal(answer.status, 200, answer.text);
  return answer.json.results[0];
};
const name_of = (result) => `${result.status} ${result.problem?.name ?? ''}`.trim();

// security: WC3
test('a sealed visit is applied once, however and however often it comes', async () => {
  const body = visit();
  const command = await sealed(body);
  assert.equal(name_of(await result_of(worker, command)), 'applied');
  assert.equal(name_of(await result_of(worker, command)), 'duplicate');
  const again = { ...command, sealed: await seal(server_key, command, worker.account.id, body) };
  assert.equal(name_of(await result_of(worker, again)), 'duplicate', 'sealed anew');
  const { sealed: _, ...readable } = command;
  assert.equal(name_of(await result_of(worker, { ...readable, body })), 'duplicate', 'and readable');
  const other = { ...command, sealed: await seal(server_key, command, worker.account.id, visit()) };
  assert.equal(name_of(await result_of(worker, other)), 'refused command_id_reused');
  const visits = await visits_of(worker, [household]);
  assert.equal(visits.filter((one) => one.visit === body.visit).length, 1);
});

// security: WC3
test('it opens for its own command and account only', async () => {
  for (const as of [{ id: uuid() }, { type: 'screening.correct_visit' }, { region: '320508019044002' }]) {
    assert.equal(name_of(await result_of(worker, await sealed(visit(), { as }))), 'refused seal_not_opened');
  }
  const other = await logged_in(server, 'worker2');
  assert.equal(name_of(await result_of(other, await sealed(visit()))), 'refused seal_not_opened');
  const command = await sealed(visit());
  for (const broken of ['', 'AAAA', `${command.sealed.slice(0, -4)}AAAA`, `${command.sealed}=`, 'é网']) {
    assert.equal(name_of(await result_of(worker, { ...command, sealed: broken })), 'refused seal_not_opened');
  }
});

test('what is inside is judged as always', async () => {
  assert.equal(name_of(await result_of(worker, await sealed(visit({ outcome: 'nonsense' })))), 'refused invalid_fields');
  assert.equal(name_of(await result_of(worker, await sealed(visit({ more: 1 })))), 'refused invalid_fields');
  assert.equal(name_of(await result_of(worker, await sealed(undefined))), 'refused seal_not_opened');
});

test('an envelope has a body or a sealed one, not both and not neither', async () => {
  const command = await sealed(visit());
  for (const wrong of [{ ...command, body: visit() }, { ...command, sealed: undefined }]) {
    const answer = await worker.send([wrong]);
    assert.equal(answer.status, 400);
    assert.equal(answer.json.name, 'malformed_request');
    assert.equal(answer.json.errors[0].pointer, '/commands/0/body');
  }
});

test('after a restart the server still opens what was sealed before', async () => {
  const command = await sealed(visit());
  await server.stop();
  server = await installation.serve();
  const back = worker.at(server.url);
  assert.equal(name_of(await result_of(back, command)), 'applied');
  assert.equal((await back.get('/api/v1/session')).json.phone.server_key, server_key);
});
