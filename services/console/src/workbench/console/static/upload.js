"use strict";
// Files go to the workbench part by part. What has arrived stays there, so the same files go on after anything: a pause,
// a connection that is cut, a page that was closed.
const LANES = 3, GIVES_UP_MS = 15 * 60e3, LONGEST_PAUSE_MS = 10e3, REMEMBERED_MS = 6 * 86400e3;
const KEPT = "workbench-upload:";

class Refusal extends Error {} // the workbench says no: to ask again would not help
class Changed extends Error {} // a file is not what it was when it was chosen
class Stale extends Error {} // a part's address holds no longer
class Paused extends Error {}

async function ask(method, url, body) {
  const response = await fetch(url, {
    method, body: body && JSON.stringify(body),
    headers: { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) },
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw refused(response.status, answer);
}

function refused(status, answer) {
  if (status === 413 && !answer.title) {
    return new Refusal("What lies between this browser and the workbench refuses parts of this size (413). Whoever runs it lets large requests pass.");
  }
  const words = [answer.title, answer.detail, answer.remedy].filter(Boolean).join(". ");
  return new (status === 429 || status >= 500 ? Error : Refusal)(words || `The answer was ${status}.`);
}

// 53 bits of a text (cyrb53, public domain): names of a folder's files are too long to be a key.
function brief(text) {
  let a = 0xdeadbeef, b = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    a = Math.imul(a ^ text.charCodeAt(at), 2654435761);
    b = Math.imul(b ^ text.charCodeAt(at), 1597334677);
  }
  return `${(b >>> 0).toString(16)}${(a >>> 0).toString(16)}`;
}

class Upload {
  // chosen: a Map of paths to files. tell(words): of what keeps it waiting. moved(): some more has arrived.
  constructor(kind, chosen, tell, moved) {
    Object.assign(this, { kind, chosen, tell, moved });
    this.total = [...chosen.values()].reduce((sum, file) => sum + file.size, 0);
    this.name = [...chosen.keys()][0].split("/")[0];
    const facts = [...chosen].map(([path, file]) => `${path}:${file.size}:${file.lastModified}`).sort().join("|");
    this.key = `${KEPT}${kind}:${brief(facts)}`;
    this.arrived = 0;
    this.onTheWay = new Map();
    this.waiting = new Set();
    this.round = 0; // what was begun in an earlier one does nothing more
    addEventListener("online", () => this.wake());
  }

  get sent() { return this.arrived + [...this.onTheWay.values()].reduce((sum, size) => sum + size, 0); }

  // The id of the job that examines the files. Raises Paused, Refusal, Changed, or Error after GIVES_UP_MS of trying.
  async run() {
    for (let attempt = 1; ; attempt += 1) {
      try { return await this.all(this.round); } catch (error) {
        this.pause();
        if (!(error instanceof Stale) || attempt === 3) throw error;
      }
    }
  }

  pause() {
    this.round += 1;
    for (const request of [...this.onTheWay.keys()]) request.abort();
    this.onTheWay.clear();
    this.wake();
  }

  wake() { for (const done of this.waiting) done(); }

  forget() { localStorage.removeItem(this.key); }

  async all(round) {
    const upload = await this.patiently(() => this.declared());
    const parts = upload.files.flatMap(file => file.parts.map(part => ({ ...part, path: file.name })));
    this.arrived = parts.filter(part => part.arrived).reduce((sum, part) => sum + part.size_bytes, 0);
    this.moved();
    const left = parts.filter(part => !part.arrived);
    const lane = async () => { while (left.length && round === this.round) await this.part(left.shift()); };
    await Promise.all(Array.from({ length: LANES }, lane));
    const job = await this.patiently(() => ask("POST", `/console/uploads/${this.kind}/${upload.id}/complete`));
    this.forget();
    return job.id;
  }

  async declared() {
    const before = remembered(this.key);
    if (before) {
      try { return await ask("GET", `/console/uploads/${this.kind}/${before.id}`); } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        this.forget();
      }
    }
    const files = [...this.chosen].map(([name, file]) => ({ name, size_bytes: file.size }));
    const name = this.name.replace(/\.[^.]+$/, "").slice(0, 200) || "upload";
    const upload = await ask("POST", `/console/uploads/${this.kind}`, { name, files });
    localStorage.setItem(this.key, JSON.stringify({ id: upload.id, name: this.name, since: Date.now() }));
    return upload;
  }

  async part(part) {
    const file = this.chosen.get(part.path);
    let bytes;
    try { bytes = await file.slice(part.offset, part.offset + part.size_bytes).arrayBuffer(); } catch {
      this.forget();
      throw new Changed(`${part.path} has changed, or is gone, since it was chosen. Choose it again to send it as it is now.`);
    }
    const { round } = this;
    await this.patiently(() => this.put(part.to, bytes));
    if (round !== this.round) return;
    this.arrived += part.size_bytes;
    this.moved();
  }

  put(address, bytes) {
    const request = new XMLHttpRequest(), { onTheWay } = this;
    onTheWay.set(request, 0);
    const sending = new Promise((done, failed) => {
      request.upload.onprogress = event => { if (onTheWay.has(request)) onTheWay.set(request, event.loaded); this.moved(); };
      request.onerror = () => failed(new Error("The connection was cut."));
      request.onabort = () => failed(new Paused());
      request.onload = () => {
        if (request.status < 300) return done();
        let answer = {};
        try { answer = JSON.parse(request.responseText); } catch { /* the status says it */ }
        failed(request.status === 404 ? new Stale() : refused(request.status, answer));
      };
      request.open("PUT", address);
      request.setRequestHeader("Accept", "application/json");
      request.send(bytes);
    });
    return sending.finally(() => { onTheWay.delete(request); });
  }

  async patiently(work) {
    const begun = Date.now(), { round } = this;
    for (let pause = 500; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      if (round !== this.round) throw new Paused();
      try {
        const answer = await work();
        if (round === this.round) this.tell("");
        return answer;
      } catch (error) {
        const final = [Refusal, Changed, Stale, Paused].some(kind => error instanceof kind);
        if (final || Date.now() - begun > GIVES_UP_MS) throw error;
        this.tell(`${error instanceof TypeError ? "The connection is cut." : error.message} It goes on by itself as soon as it can.`);
        await new Promise(done => { this.waiting.add(done); setTimeout(done, pause); });
      }
    }
  }
}

function remembered(key) {
  try {
    const kept = JSON.parse(localStorage.getItem(key));
    return kept && Date.now() - kept.since < REMEMBERED_MS ? kept : null;
  } catch { return null; }
}
