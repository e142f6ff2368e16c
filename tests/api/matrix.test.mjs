// SPDX-License-Identifier: Apache-2.0
// The matrix role x operation x region, from the server's own description: each operation is tried
// by each role, inside and outside the role's region. An operation without a row here fails the
// test, so a new one cannot be forgotten.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';

// One account of each role: where it acts, and a place of the same kind elsewhere.
const accounts = {
  grid_worker: { name: 'worker1', inside: '320508019044001', outside: '320508019044002' },
  community_officer: { name: 'officer', inside: '320508019044', outside: '320508019045' },
  township_officer: { name: 'township', inside: '320508019', outside: '320508018' },
  county_officer: { name: 'county', inside: '320508', outside: '320507' },
  higher_officer: { name: 'city', inside: '3205', outside: '3206' },
  system_administrator: { name: 'admin', inside: '', outside: undefined },
};
