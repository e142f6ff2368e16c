// SPDX-License-Identifier: Apache-2.0
// Stands between a browser and the server and breaks what it is told to: an answer that gets lost
// after the server has written, an answer of its own, a line that is cut.
import { Agent, createServer, request } from 'node:http';

export class Proxy {
  // Each fault is used once, in order, for the next sending of commands:
  //   { lose: true }                     the server answers, the browser never hears it
  //   { cut: true }                      the line breaks before the server hears anything
  //   { status: 503, retry_after: 1 }    the answer of something in between
  faults = [];
  posts = []; // the command ids of each sending that came through, faulty or not
  times = []; // when each of them came
  streams = 0; // of changes, open now
  streams_before = 0; // opened in all

  static async before(server) {
    const proxy = new Proxy();
    proxy.server = server;
    proxy.agent = new Agent({ keepAlive: true });
    proxy.http = createServer((asked, answer) => proxy.#take(asked, answer));
    await new Promise((done) => proxy.http.listen(0, '127.0.0.1', done));
    proxy.url = `http://127.0.0.1:${proxy.http.address().port}`;
    proxy.installation = server.installation;
    return proxy;
  }

  #take(asked, answer) {
    const parts = [];
    asked.on('data', (part) => parts.push(part));
    asked.on('error', () => answer.destroy());
    asked.on('end', () => {
      const body = Buffer.concat(parts);
      const is_batch = asked.method === 'POST' && asked.url === '/api/v1/commands';
      // A page that begins shows its claims in a batch without commands: that sends nothing.
      const ids = is_batch ? JSON.parse(body.toString()).commands.map(({ id }) => id) : [];
      const fault = ids.length > 0 ? this.faults.shift() : undefined;
      if (ids.length > 0) {
        this.posts.push(ids);
        this.times.push(performance.now());
      }
      if (fault?.cut) asked.socket.destroy();
      else if (fault?.status) this.#refuse(answer, fault);
      else this.#forward(asked, answer, body, fault);
    });
  }

  #refuse(answer, { status, retry_after }) {
    answer.writeHead(status, {
      'content-type': 'text/html',
      ...(retry_after === undefined ? {} : { 'retry-after': String(retry_after) }),
    });
    answer.end('<h1>not the server</h1>');
  }

  #forward(asked, answer, body, fault) {
    const is_stream = asked.url === '/api/v1/stream';
    const onward = request(
      {
        host: '127.0.0.1',
        port: this.server.port,
        method: asked.method,
        path: asked.url,
        headers: asked.headers,
        agent: is_stream ? undefined : this.agent,
      },
      (given) => {
        if (fault?.lose) {
          given.on('end', () => asked.socket.destroy()).resume();
          return;
        }
        if (is_stream) {
          this.streams += 1;
          this.streams_before += 1;
          given.once('close', () => (this.streams -= 1));
        }
        answer.writeHead(given.statusCode, given.rawHeaders);
        given.on('error', () => answer.destroy());
        given.pipe(answer);
      },
    );
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    onward.end(body);
  }

  async close() {
    this.http.closeAllConnections();
    this.agent.destroy();
    await new Promise((done) => this.http.close(done));
  }
}
