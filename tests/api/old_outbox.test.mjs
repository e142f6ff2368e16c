// SPDX-License-Identifier: Apache-2.0
// F21: an outbox of a recorded release that comes 29 days late is taken in by today's server, each
// command as its rule says; none is called malformed. The one offline limit is 30 days by the
// phone's own clock as corrected: a wrong clock alone is never a reason to refuse.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { logged_in } from '../support/client.mjs';
import { Installation, root } from '../support/server.mjs';

const kDayMs = 86_400_000;
const kCommunity = '320508019044';
const kGrid = `${kCommunity}990`;
// In the order of somebody's work, with what the rule says today to bodies of long ago.
const kStory = [
  ['regions.add_grid', kCommunity],
  ['regions.add_compound', kCommunity],
  ['regions.add_building', kGrid],
  ['residents.add_household', kGrid],
  ['residents.add_person', kGrid],
  ['residents.correct_household', kGrid],
  ['residents.correct_person', kGrid],
  ['residents.add_key_group', kGrid],
  ['residents.end_key_group', kGrid],
  ['approvals.ask', kCommunity],
  ['approvals.decide', kCommunity],
  ['status.set', kGrid],
  ['status.confirm', kGrid],
  ['status.ask_review', kGrid],
  ['status.decide_review', kGrid],
  ['status.answer_alarm', kCommunity],
  ['screening.start_round', kCommunity],
  ['screening.record_visit', kGrid],
  ['screening.correct_visit', kGrid],
  ['screening.end_round', kCommunity],
  ['accounts.open', kGrid],
  ['accounts.move', kCommunity],
  ['accounts.reset', kCommunity],
  ['accounts.close', kCommunity],
  ['accounts.make_token', kCommunity],
  ['accounts.revoke_token', kCommunity],
  ['reporting.take_cut_off', kCommunity],
  ['ledger.make_slip', kGrid],
  ['ledger.ask', kGrid],
  ['ledger.give_notice', kGrid],
  ['matching.ask', kCommunity],
  ['matching.run', kCommunity],
  ['ledger.answer', kGrid],
  ['holds.set', kGrid],
  ['holds.lift', kGrid],
  ['residents.erase_person', kGrid],
  ['residents.erase_household', kGrid],
  ['audit.close_case', '320508'],
  ['regions.import_tree', ''],
];
// By a rule: what restricts somebody needs a ground, who set it neither confirms nor reviews it, a round of 2020 has ended, a token that may do nothing is none, a hold is the county's to set, a door that somebody lives behind stays, the golden token's owner is nobody here, and a tree is imported by the
// server's own command. Everything
// else is applied.
const kRefused = {
  'residents.add_key_group full': 'status_needs_basis',
  'residents.end_key_group full': 'key_group_unknown',
  'approvals.decide full': 'second_person_needed',
  'status.set minimal': 'invalid_fields',
  'status.confirm full': 'already_decided',
  'status.decide_review full': 'second_person_needed',
  'status.answer_alarm full': 'not_found',
  'matching.ask minimal': 'invalid_fields',
  'matching.run full': 'second_person_needed',
  'screening.end_round full': 'round_not_running',
  'residents.erase_household full': 'household_lived_in',
  'audit.close_case full': 'not_found',
  'accounts.make_token minimal': 'invalid_fields',
  'accounts.revoke_token full': 'not_found',
  'holds.set full': 'not_found',
  'holds.lift full': 'not_found',
  'regions.import_tree full': 'tree_refused',
};

const commands = join(root, 'tests/golden/commands');
const releases = readdirSync(commands);

let installation, server;
before(async () => {
  installation = new Installation();
  server = await installation.serve();
});
after(async () => {
  await server.stop();
  installation.remove();
});

// [name of the body, type, region, body] of a release, in the order of the story.
function bodies(release) {
  const types = readdirSync(join(commands, release)).map((file) => file.replace(/\.json$/, ''));
  const order = kStory.map(([type]) => type);
  assert.deepEqual(types.filter((type) => !order.includes(type)), [], 'a command without a place in the story of this test');
  return kStory
    .filter(([type]) => types.includes(type))
    .flatMap(([type, region]) => {
      const { full, minimal } = JSON.parse(readFileSync(join(commands, release, `${type}.json`), 'utf8'));
      return [['full', full], ['minimal', minimal]].filter(([, body]) => body).map(([name, body]) => [`${type} ${name}`, type, region, body]);
    });
}

for (const release of releases) {
  test(`an outbox of ${release} that is 31 days old goes to the office, and nothing of it is written`, async () => {
    const officer = await logged_in(server, 'officer');
    const all = bodies(release);
    const answer = await officer.send(all.map(([, type, region, body]) => officer.command(type, region, body, { occurred_at: Date.now() - 31 * kDayMs })));
    assert.equal(answer.status, 200, answer.text);
    for (const [i, result] of answer.json.results.entries()) {
      assert.equal(result.status, 'refused', all[i][0]);
      assert.equal(result.problem.name, 'too_old', `${all[i][0]}: ${JSON.stringify(result.problem)}`);
    }
  });

  test(`an outbox of ${release} that is 29 days old is taken in`, async (t) => {
    const officer = await logged_in(server, 'officer');
    const admin = await logged_in(server, 'admin');
    const refused = {};
    let applied = 0;
    for (const [name, type, region, body] of bodies(release)) {
      const sender = type === 'regions.import_tree' ? admin : officer;
      const result = await sender.one(type, region, body, { occurred_at: Date.now() - 29 * kDayMs });
      if (result.status === 'applied') applied += 1;
      else refused[name] = result.problem?.name ?? JSON.stringify(result);
    }
    t.diagnostic(`${applied} applied`);
    assert.deepEqual(refused, kRefused);
  });
}

test('a phone whose clock is years off is judged by the clock as corrected', async () => {
  const officer = await logged_in(server, 'officer');
  const year = 365 * kDayMs;
  const send = (suffix, more) => officer.one('regions.add_grid', kCommunity, { community: kCommunity, suffix, name: `样例${suffix}` }, more);
  // The phone believes that it is a year ago: its hour ago is an hour ago.
  const behind = await send('981', { occurred_at: Date.now() - year - 3_600_000, skew_ms: year });
  assert.equal(behind.status, 'applied', JSON.stringify(behind));
  const ahead = await send('982', { occurred_at: Date.now() + year, skew_ms: -year });
  assert.equal(ahead.status, 'applied', JSON.stringify(ahead));
  // Never measured: nobody can say how old it is.
  const unmeasured = officer.command('regions.add_grid', kCommunity, { community: kCommunity, suffix: '983', name: '样例983' }, { occurred_at: Date.now() - year });
  delete unmeasured.skew_ms;
  const [result] = (await officer.send([unmeasured])).json.results;
  assert.equal(result.status, 'applied', JSON.stringify(result));
  // The limit holds for a measured clock that is off as well.
  const old = await send('984', { occurred_at: Date.now() - year - 31 * kDayMs, skew_ms: year });
  assert.equal(old.problem?.name, 'too_old', JSON.stringify(old));
});
