// SPDX-License-Identifier: Apache-2.0
// F8: bytes flipped in random pages of the database. Whatever is found missing or changed is named by
// `verify` or `rebuild --check`, and what is not named was unused. `rebuild` makes it whole again, or
// says that it cannot and changes nothing. WANGDI_LONG: 200 pages, else a few.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, copyFileSync, openSync, readFileSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { on_postgres } from '../support/postgres.mjs';
import { Installation } from '../support/server.mjs';

const kFlips = process.env.WANGDI_LONG ? 200 : 4;
const kPageBytes = 4096;
// The division tree fills the front of the file; everything else comes after it.
const kLastPages = 1_500;
// No second record of these exists, and their rows carry no hash.
const kUnguarded = ['credential', 'login', 'session', 'vault_state'];

// A digest of each table as SQLite reads it, in JSON. Not SQLite's own notes.
const digests = `import hashlib, json, sqlite3, sys
db = sqlite3.connect("file:" + sys.argv[1] + "?immutable=1", uri=True)
names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
found = {}
for name in sys.argv[2].split(",") if len(sys.argv) > 2 else names:
    sha = hashlib.sha256()
    columns = len(db.execute("SELECT * FROM " + name + " LIMIT 0").description)
    order = ",".join(str(i + 1) for i in range(columns))
    for row in db.execute("SELECT * FROM " + name + " ORDER BY " + order): sha.update(repr(row).encode())
    found[name] = sha.hexdigest()
print(json.dumps(found))`;
function tables(path, only = []) {
  const done = spawnSync('python3', ['-c', digests, path, ...only], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout);
}

test(`${kFlips} damaged pages are named, and healed where that is possible`, { skip: on_postgres && 'PostgreSQL looks after its own pages' }, (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  const database = join(installation.data, 'wangdi.db');
  const spare = join(installation.base, 'spare.db');
  copyFileSync(database, spare);
  const whole = tables(spare);
  const pages = statSync(spare).size / kPageBytes;
  let seed = Number(process.env.WANGDI_SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`seed ${seed}`);
  const random = (below) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };

  const counts = { unused: 0, unguarded: 0, healed: 0, refused: 0 };
  for (let i = 0; i < kFlips; i += 1) {
    for (const end of ['', '-wal', '-shm', '.damaged', '.damaged-wal']) rmSync(database + end, { force: true });
    copyFileSync(spare, database);
    // Never the first page: a file without its head is no database, and nothing opens it.
    const page = i % 2 === 0 ? pages - 1 - random(kLastPages) : 1 + random(pages - 1);
    const at = page * kPageBytes + random(kPageBytes - 16);
    const file = openSync(database, 'r+');
    const bytes = Buffer.alloc(16);
    readSync(file, bytes, 0, 16, at);
    for (let k = 0; k < 1 + random(16); k += 1) bytes[k] ^= 1 + random(255);
    writeSync(file, bytes, 0, 16, at);
    closeSync(file);
    const where = `page ${page + 1}, byte ${at % kPageBytes}`;

    const told = (words) => {
      const done = installation.run(words);
      assert.ok(done.status === 0 || done.status === 1 || done.status === 3, `${where}: ${done.signal} ${done.stderr}`);
      if (done.status !== 0) assert.notEqual(done.stdout + done.stderr, '', where);
      return { named: done.status !== 0, said: done.stdout + done.stderr };
    };
    if (!told(['verify']).named && !told(['rebuild', '--check']).named) {
      const now = tables(database);
      const different = Object.keys(whole).filter((name) => now[name] !== whole[name]);
      assert.deepEqual(different.filter((name) => !kUnguarded.includes(name)), [], `${where}: nobody named it`);
      counts[different.length ? 'unguarded' : 'unused'] += 1;
      continue;
    }
    const damaged = readFileSync(database);
    const rebuilt = told(['rebuild']);
    if (rebuilt.named) {
      assert.ok(damaged.equals(readFileSync(database)), `${where}: refused and changed: ${rebuilt.said}`);
      counts.refused += 1;
      continue;
    }
    for (const words of [['verify'], ['rebuild', '--check']]) {
      const after = told(words);
      if (after.named) assert.match(after.said, /^people whose values (do not open|have no key)/, `${where}: ${after.said}`);
    }
    assert.deepEqual(tables(database, ['journal,journal_seal']), { journal: whole.journal, journal_seal: whole.journal_seal }, where);
    counts.healed += 1;
  }
  t.diagnostic(JSON.stringify(counts));
});
