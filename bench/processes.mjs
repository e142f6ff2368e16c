// SPDX-License-Identifier: Apache-2.0
// Programs and what they cost: CPU seconds of a command, CPU time of a server's threads, its memory.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';

// Runs a program to its end; what it printed. Other than 0 is an error with what it said.
export function run(program, words, options = {}) {
  const done = spawnSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(`${program} ${words.join(' ')}: ${done.stderr}`);
  return done.stdout;
}

export const run_json = (program, words, options) => JSON.parse(run(program, words, options));

// The same without standing in the way of timers.
export function run_beside(program, words, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'], ...options });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve(out) : reject(new Error(`${program} ended with ${code}`))));
  });
}

// CPU seconds of a command, its children included.
export function cpu_seconds_of(program, words) {
  const script = 'TIMEFORMAT="%U %S"; time "$@" >/dev/null';
  const done = spawnSync('bash', ['-c', script, 'time', program, ...words], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${program} ${words.join(' ')}: ${done.stderr}`);
  const [user, system] = done.stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return user + system;
}

// CPU microseconds of each thread of a process so far, by thread id.
export function thread_cpu_us(pid) {
  const threads = new Map();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const [on_cpu_ns] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    threads.set(Number(thread), Number(on_cpu_ns) / 1e3);
  }
  return threads;
}

// CPU microseconds of all children of a process so far, those that have ended included. A child that
// ends between two looks is counted by neither: then all is read again.
export function children_cpu_us(pid) {
  for (;;) {
    try {
      return children_cpu_us_now(pid);
    } catch (error) {
      if (!existsSync(`/proc/${pid}`) || !['ENOENT', 'ESRCH'].includes(error.code)) throw error;
    }
  }
}

function children_cpu_us_now(pid) {
  const kTicksPerSecond = 100; // USER_HZ, the unit of this file
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const ended = (Number(fields[13]) + Number(fields[14])) * (1e6 / kTicksPerSecond);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const running = children.split(' ').filter(Boolean).map((child) => {
    const [on_cpu_ns] = readFileSync(`/proc/${child}/schedstat`, 'utf8').split(' ');
    return Number(on_cpu_ns) / 1e3;
  });
  return running.reduce((sum, us) => sum + us, ended);
}

// A line of /proc/<pid>/status in MB.
export function memory_mb(pid, line = 'VmRSS') {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${line}:\\s+(\\d+) kB`, 'm').exec(status)[1]) / 1024;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
}
