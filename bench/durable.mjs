// SPDX-License-Identifier: Apache-2.0
// The durable command: taps over HTTP by 64 connections against raw SQLite, round by round in
// turn on copies of one folder, so that a ratio's two numbers are seconds apart.
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logged_in, uuid } from '../tests/support/client.mjs';
import { median, run_beside, run_json, thread_cpu_us } from './processes.mjs';
import { Service, program } from './service.mjs';

export const kConnections = 64;

// An installation is the data folder and what stands beside it.
const kParts = ['', '.keys', '.root', '.anchor', '.anchor.old'];

export function remove_folder(folder) {
  for (const part of kParts) rmSync(folder + part, { recursive: true, force: true });
}

export function copy_folder(from, to) {
  remove_folder(to);
  for (const part of kParts) {
    if (existsSync(from + part)) cpSync(from + part, to + part, { recursive: true }); // no anchor before the first start
  }
  return to;
}

// Logs every told worker in; the file the script of wrk reads.
export async function write_workers(server, told, file) {
  const lines = [];
  for (const { worker, grid, households } of told.grids) {
    const client = await logged_in(server, worker);
    const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    lines.push(['127.0.0.1:' + server.port, cookie, client.csrf, uuid(), grid, ...households].join('\t'));
  }
  writeFileSync(file, lines.join('\n') + '\n');
}

// The same workers at another port: their sessions are stored.
export function move_workers(server, file) {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const moved = lines.map((line) => ['127.0.0.1:' + server.port, ...line.split('\t').slice(1)].join('\t'));
  writeFileSync(file, moved.join('\n') + '\n');
}

async function counters(server) {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const read = (name) =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce((sum, [, n]) => sum + Number(n), 0);
  const of_result = (result) => Number(new RegExp(`^wangdi_commands_total\\{[^}]*"${result}"\\} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
  return {
    applied: of_result('applied'),
    all: read('wangdi_commands_total'),
    batches: read('wangdi_write_batches_total'),
  };
}

function milliseconds(text) {
  const [, number, unit] = /^([\d.]+)(us|ms|s|m)$/.exec(text);
  return Number(number) * { us: 0.001, ms: 1, s: 1_000, m: 60_000 }[unit];
}

export async function http_round(server, file, seconds, round) {
  const pid = server.process.pid;
  const before = { threads: thread_cpu_us(pid), ...(await counters(server)) };
  const text = await run_beside(
    'wrk',
    ['-t1', `-c${kConnections}`, `-d${seconds}s`, '--latency', '-s', join(import.meta.dirname, 'visits.lua'), server.url],
    { env: { ...process.env, WANGDI_BENCH_WORKERS: file, WANGDI_BENCH_SEED: String(Date.now() % 1e9 + round) } },
  );
  const after = { threads: thread_cpu_us(pid), ...(await counters(server)) };
  const applied = after.applied - before.applied;
  const others = after.all - before.all - applied;
  if (others > 0 || /Non-2xx/.test(text)) throw new Error(`${others} commands were not applied:\n${text}`);
  const spent = [...after.threads].map(([thread, us]) => [thread, (us - (before.threads.get(thread) ?? 0)) / applied]);
  const network = spent.find(([thread]) => thread === pid)[1];
  const total = spent.reduce((sum, [, us]) => sum + us, 0);
  const writer = Math.max(...spent.filter(([thread]) => thread !== pid).map(([, us]) => us));
  return {
    per_second: Number(/Requests\/sec:\s+(\S+)/.exec(text)[1]),
    p50_ms: milliseconds(/^ +50%\s+(\S+)/m.exec(text)[1]),
    p99_ms: milliseconds(/^ +99%\s+(\S+)/m.exec(text)[1]),
    cpu_us: total,
    network_us: network,
    writer_us: writer,
    batch: applied / (after.batches - before.batches),
  };
}

// `told` is what bench_make_roster printed of the folder, which stays as it is.
export async function measure_durable({ folder: made, told, work, seconds, rounds, say }) {
  const served = copy_folder(made, join(work, 'durable_http'));
  const raw_folder = copy_folder(made, join(work, 'durable_raw'));
  const server = await Service.start(served, told);
  const measured = [];
  try {
    const file = join(work, 'workers.tsv');
    await write_workers(server, told, file);
    await http_round(server, file, 1, 0); // warms caches and statements
    for (let round = 1; round <= rounds; round += 1) {
      const raw = run_json(program('bench_raw'), [raw_folder, String(seconds)]);
      const http = await http_round(server, file, seconds, round);
      const ratio = http.per_second / raw.rows_a_second;
      say(
        `durable ${round}: ${http.per_second.toFixed(0)}/s of raw ${raw.rows_a_second.toFixed(0)} = ${ratio.toFixed(2)},` +
          ` CPU ${http.cpu_us.toFixed(1)} us (network ${http.network_us.toFixed(1)}, writer ${http.writer_us.toFixed(1)})` +
          ` of raw ${raw.cpu_us_a_row.toFixed(1)}, p50 ${http.p50_ms} p99 ${http.p99_ms} ms, batch ${http.batch.toFixed(0)}`,
      );
      measured.push({ ...http, raw_per_second: raw.rows_a_second, raw_cpu_us: raw.cpu_us_a_row, ratio });
    }
  } finally {
    await server.stop();
  }
  const of = (name) => median(measured.map((round) => round[name]));
  return Object.fromEntries(Object.keys(measured[0]).map((name) => [name, of(name)]));
}
