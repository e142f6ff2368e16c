// SPDX-License-Identifier: Apache-2.0
// The bars, whether they hold, and the page docs/performance.md.
import { cpus, release, totalmem } from 'node:os';
import { execFileSync } from 'node:child_process';

const number = (value, digits = 0) =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

const slowest = (pages) => pages.reduce((a, b) => (a.p95_ms > b.p95_ms ? a : b));

// What both engines have of a bar; `of` takes it from the figures of one.
function bars(results) {
  const { durable, rebuild, init, trial, pages, start, postgres } = results;
  const { people } = postgres;
  const on_sqlite = { durable, init, trial, pages, start, rebuilt: rebuild.visits.events_a_cpu_second };
  const on_postgres = { ...people, durable: postgres, rebuilt: people.rebuild.events / people.rebuild.cpu_seconds };
  const nation = (engine) => engine.pages.find(({ name }) => name === 'board of the nation').p95_ms;
  const cpu_us = ({ durable: tap }) => tap.cpu_us + (tap.backends_us ?? 0);
  const rows = [
    ['durable command over HTTP, of raw batches', '>= 0.65', ({ durable: tap }) => tap.ratio, 2, ''],
    ['its CPU, all threads of the server, on PostgreSQL the backends too', '<= 80 us', cpu_us, 1, ' us'],
    ['its p99 on a quiet disk', '<= 30 ms', ({ durable: tap }) => tap.p99_ms, 1, ' ms'],
    ['journal rebuild, visits; on PostgreSQL the whole `rebuild --check`', '>= 250,000 events a CPU s', ({ rebuilt }) => rebuilt, 0, ''],
    ['division tree import, 665,276 nodes (`wangdi init`)', '<= 5 CPU s', ({ init: made }) => made.cpu_seconds, 2, ' s'],
    [`slowest page (${slowest(pages).name}; ${slowest(people.pages).name})`, 'p95 <= 50 ms', (engine) => slowest(engine.pages).p95_ms, 1, ' ms'],
    ['roster trial, vault open', '>= 10,000 rows a CPU s', ({ trial: tried }) => tried.rows_a_cpu_second, 0, ''],
    ['national board, p95', '<= 50 ms', nation, 1, ' ms'],
    ['memory with the tree, idle, after one search', '<= 150 MB', ({ start: begun }) => begun.memory_mb, 0, ' MB'],
    ['second start, to the first answer', '<= 3 s', ({ start: begun }) => begun.ms / 1000, 2, ' s'],
  ];
  return rows.map(([what, bar, of, digits, unit]) => {
    const limit = Number(/[\d.,]+/.exec(bar)[0].replace(',', ''));
    const holds = (value) => (bar.includes('>=') ? value >= limit : value <= limit);
    const told = (engine) => `${number(of(engine), digits)}${unit}${holds(of(engine)) ? '' : ' **no**'}`;
    return [what, bar, told(on_sqlite), told(on_postgres)];
  });
}

function table_of(head, rows) {
  const lines = [head, head.map(() => '-'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n') + '\n';
}

function version_of(program, words, pattern) {
  try {
    return pattern.exec(execFileSync(program, words, { encoding: 'utf8' }))?.[0] ?? '';
  } catch {
    return '';
  }
}

function machine() {
  const debian = version_of('sh', ['-c', '. /etc/os-release; echo "$PRETTY_NAME"'], /.+/);
  const sqlite = version_of('sh', ['-c', "dpkg-query -W -f '${Version}' libsqlite3-0"], /\d+\.\d+\.\d+/);
  return [
    `${cpus().length} cores ${cpus()[0].model.trim()}`,
    `${number(totalmem() / 2 ** 30)} GiB`,
    debian,
    `kernel ${release()}`,
    `g++ ${version_of('g++', ['-dumpfullversion'], /\S+/)} -O2`,
    `SQLite ${sqlite}`,
  ].join(', ');
}

function durable_text({ options, durable, disk }) {
  return `## Durable command

A tap "all well" (\`screening.record_visit\`) by ${options.rounds} rounds of ${options.seconds} s and 64 connections of wrk, each request with fresh ids,
by workers that are logged in (cookie, CSRF token, role, scope, rights judged again in the transaction), vault open, counters and boards' tables on,
each at a random door of the own grid among ${number(durable.households)}; the answer comes after fsync. The limit of requests a second for one client is
configuration and is switched off here (\`http.requests_per_second_per_client = 0\`), since all come from one address. wrk shares the cores and is not counted.

Raw SQLite is the same rows in the same tables on a copy of the same folder through the store's bulk writes, 100 visits a transaction: journal, seal, visit, door, counters, and the door's day where somebody is in a key group; no HTTP, no rules,
**nothing read**. A command reads seven rows before it writes. Rounds alternate; each number is the median of the rounds.

${table_of(
  ['', 'a second', 'CPU us each'],
  [
    ['over HTTP', number(durable.per_second), `${number(durable.cpu_us, 1)}: network ${number(durable.network_us, 1)}, writer ${number(durable.writer_us, 1)}`],
    ['raw', number(durable.raw_per_second), number(durable.raw_cpu_us, 1)],
    ['ratio', number(durable.ratio, 2), number(durable.raw_cpu_us / durable.cpu_us, 2)],
  ],
)}
p50 ${number(durable.p50_ms, 1)} ms, p99 ${number(durable.p99_ms, 1)} ms; ${number(durable.batch)} commands a transaction on average.
A write and fdatasync of 4 KiB took ${number(disk.sync_ms, 2)} ms on this disk: each transaction waits for one, so a slow disk weighs more on a few dozen commands than on 100 raw rows.
`;
}

function postgres_text({ postgres }) {
  const { beginning } = postgres;
  return `## Durable command on PostgreSQL

The same tap by 64 connections on PostgreSQL ${postgres.version}, on this machine over a Unix socket, its settings as they come, among ${number(postgres.households)} doors.
Raw is the same rows through \`INSERT .. SELECT FROM unnest\`, one statement a table, 100 visits a transaction, on a copy of the same database, nothing read.
Backends are all processes of the database server. wrk, server and database share the cores.

${table_of(
  ['', 'a second', 'CPU us each'],
  [
    ['over HTTP', number(postgres.per_second), `${number(postgres.cpu_us)} server, ${number(postgres.backends_us)} backends`],
    ['raw', number(postgres.raw_per_second), `${number(postgres.raw_cpu_us)} program, ${number(postgres.raw_backends_us)} backends`],
    ['ratio', number(postgres.ratio, 2), ''],
  ],
)}
p50 ${number(postgres.p50_ms, 1)} ms, p99 ${number(postgres.p99_ms, 1)} ms; ${number(postgres.batch)} commands a transaction on average. However many commands a transaction holds, its repeats are asked for in one
round trip, what they read before they write in three at most, and all its writes go out in one.

Writers beside each other (\`write.writers\`), in turn, with workers in the counties of a city:

${table_of(
  ['writers', 'a second', 'CPU us each, server and backends', 'p99 ms', 'commands a transaction'],
  postgres.writers.map((one) => [
    number(one.writers),
    number(one.per_second),
    number(one.cpu_us + one.backends_us),
    number(one.p99_ms, 1),
    number(one.batch),
  ]),
)}
A session that begins with empty tables of visits: ${number(beginning.first)} commands a second at first, never below ${number(beginning.least)}, ${number(beginning.last)} in the last quarter of ${number(beginning.seconds)} seconds.
`;
}

function pages_text({ options, people, pages, postgres }) {
  const there = postgres.people;
  const rows = pages.map((page, i) => [
    page.name,
    page.role,
    number(page.p50_ms, 1),
    number(page.p95_ms, 1),
    number(page.cpu_ms, 1),
    number(page.bytes / 1024, 1),
    number(there.pages[i].p50_ms, 1),
    number(there.pages[i].p95_ms, 1),
    number(there.pages[i].cpu_ms, 1),
  ]);
  return `## Pages

${number(people.persons)} persons, nearly all in one county, figures in ${number(people.districts)} counties; ${options.requests} requests each at random places, one after the other, milliseconds at the client.
CPU is the server's, which other work on the machine does not lengthen much. On PostgreSQL (P) the same pages with ${number(there.persons)} persons; the backends' CPU is not in it.

${table_of(['page', 'role', 'p50', 'p95', 'CPU ms', 'KiB', 'P p50', 'P p95', 'P CPU ms'], rows)}`;
}

function rest_text({ rebuild, trial, init, start, postgres }) {
  const { people } = postgres;
  return `## The rest

- Rebuild: ${number(rebuild.visits.events)} recorded visits alone; the whole folder with its tree, places and people: ${number(rebuild.whole.events_a_cpu_second)} events a CPU second. Tables only, as \`wangdi rebuild --check\` makes them; comparing is not counted.
  On PostgreSQL the whole \`wangdi rebuild --check\` of ${number(people.rebuild.events)} records, comparing and backends counted: ${number(people.rebuild.cpu_seconds, 1)} CPU s.
- Tree: the whole \`wangdi init\` is ${number(init.cpu_seconds, 2)} CPU s, on PostgreSQL ${number(people.init.cpu_seconds, 2)} with its backends.
- Roster trial: ${number(trial.rows)} rows, ${number(trial.errors)} of them wrong and ${number(trial.duplicates)} there already, in ${number(trial.cpu_seconds, 2)} CPU s, on PostgreSQL ${number(people.trial.cpu_seconds, 2)} of the program.
- Start: ${number(start.ms)} ms from the program's start to the answer of /health, on PostgreSQL ${number(people.start.ms)} ms; ./run adds what it looks up itself.
`;
}

export function page_of(results) {
  const rows = bars(results);
  const table = table_of(
    ['bar', '', 'SQLite', 'PostgreSQL'],
    rows,
  );
  const notes = `## What the figures say

- A command's CPU is mostly SQLite's: three pages of random places (the visit, its place in the index by day and grid, the door) besides the shared ones of journal and counters, each written to the log, synced, and
  written again at a checkpoint. The layout of the spike behind the bar of 80 us had one such page. Of the writer's time about half is commit and checkpoint, a sixth reading, a twentieth rules, hashing and encoding; in memory (tmpfs) the same command took 67 to 78 us.
- The ratio compares transactions of about ${number(results.durable.batch)} commands with such of 100 rows. A log of 16,000 pages (\`write.checkpoint_pages\`) gave a fifth more commands a second for a tenth less CPU, and a p99 of 55 ms; 4,000 a p99 of 23 to 29 ms where 3,000 gave 19 to 24 for the same CPU, four rounds each (26 November 2026).
- On PostgreSQL a batch is a transaction of some thirty commands with twenty statements, each planned anew (a third of the backends' time; a plan that is kept is the trap of a table that was empty), and its rows are asked for before they are
  written (a quarter); raw batches are three times as long, read nothing and plan six. A batch waits for four round trips and a sync, so one lane leaves the cores idle; a second one begins only where much waits, since two transactions of half the size
  cost more than one (27 November 2026: statements counted by the server itself).
- Rebuild: every visit leaves a row of 18 columns and one of 9, which SQLite alone needs about 2 us for; the rest is the working set in memory, whose entries are too large for the caches. The bar came from events that changed one small row each.
`;
  const text = `# Performance

\`bench/run\` wrote this page${results.options.name === 'usual' ? '' : ` (\`bench/run --${results.options.name}\`)`}. Ratios are of one run, since machines differ; CPU microseconds hold best.

${results.measured_at}, ${machine()}.

${table}
Web budgets (bundle sizes, tap to confirmation) are checked by the web build and the browser tests.

${durable_text(results)}
${postgres_text(results)}
${pages_text(results)}
${rest_text(results)}
${notes}`;
  return { table, text };
}
