"use strict";
// Files and folders that are chosen or dropped on a step of the form, and what is said while they are sent.
const SPEED_MS = 5000;

function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  for (; bytes >= 999.5 && at < units.length - 1; at += 1) bytes /= 1000;
  return `${at ? bytes.toPrecision(3) : bytes} ${units[at]}`;
}

// Of what was dropped: each file with its path below it. A folder is read to its end.
async function dropped(items) {
  const chosen = new Map();
  const read = async (entry, path) => {
    if (entry.isFile) {
      chosen.set(path, await new Promise((done, failed) => entry.file(done, failed)));
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!some.length) return;
      for (const each of some) if (!each.name.startsWith(".")) await read(each, `${path}/${each.name}`);
    }
  };
  const files = [...items].filter(item => item.kind === "file"); // what they are is known only now, not after a wait
  for (const found of files.map(item => item.webkitGetAsEntry() ?? item.getAsFile())) {
    if (found instanceof File) chosen.set(found.name, found);
    else await read(found, found.name);
  }
  return chosen;
}

// Files beside each other may have one name; what is hidden in a folder is no part of it.
function picked(files) {
  const chosen = new Map();
  for (const file of files) {
    const path = file.webkitRelativePath || file.name;
    if (!path.split("/").slice(1).some(name => name.startsWith("."))) chosen.set(path, file);
  }
  return chosen;
}

class Step {
  constructor(field) {
    this.field = field;
    this.kind = field.dataset.upload;
    this.line = field.querySelector(".sent");
    [this.bar, this.far, this.told] = ["progress", ".far", ".told"].map(each => this.line.querySelector(each));
    this.button = this.line.querySelector("button");
    this.samples = [];
    this.button.addEventListener("click", () => (this.going ? this.upload.pause() : this.send()));
    field.addEventListener("change", event => {
      if (event.target.type === "file" && event.target.files.length) this.bring(picked(event.target.files));
    });
    for (const name of ["dragenter", "dragover"]) field.addEventListener(name, event => {
      event.preventDefault();
      field.classList.add("over");
    });
    field.addEventListener("dragleave", event => {
      if (!field.contains(event.relatedTarget)) field.classList.remove("over");
    });
    field.addEventListener("drop", event => {
      event.preventDefault();
      field.classList.remove("over");
      dropped(event.dataTransfer.items).then(chosen => this.bring(chosen), () => this.say("What was dropped cannot be read.", true));
    });
    this.remind();
  }

  // What a page before this one has not finished.
  remind() {
    const keys = Object.keys(localStorage).filter(key => key.startsWith(`${KEPT}${this.kind}:`));
    for (const key of keys) if (!remembered(key)) localStorage.removeItem(key);
    const left = keys.map(remembered).filter(Boolean);
    if (left.length) this.say(`Not finished: ${left.map(each => each.name).join(", ")}. Choose the same files and it goes on where it stopped.`);
  }

  bring(chosen) {
    if (!chosen.size) return this.say("There is no file in it.", true);
    if (this.going) return this.say("Something is being sent already: pause it first.", true);
    this.upload = new Upload(this.kind, chosen, words => this.say(words), () => this.move());
    return this.send();
  }

  async send() {
    const { upload } = this;
    this.going = true;
    this.samples = [];
    Step.count(1);
    this.say("");
    this.press("Pause");
    try {
      const id = await upload.run();
      const select = this.field.querySelector("select");
      select.add(new Option(upload.name, id, true, true));
      select.dispatchEvent(new Event("change", { bubbles: true }));
      this.say("It is here.");
      this.press("");
    } catch (error) {
      const paused = error instanceof Paused;
      const again = paused || !(error instanceof Changed || error instanceof Refusal);
      this.say(paused ? "Paused. What has arrived is kept." : `${error.message}${again ? " What has arrived is kept." : ""}`, !paused);
      this.press(again ? "Go on" : "");
    } finally {
      this.going = false;
      Step.count(-1);
    }
  }

  move() {
    const now = Date.now(), { sent, total } = this.upload;
    if (now - (this.samples.at(-1)?.[0] ?? 0) < 250 && sent < total) return;
    this.samples = [...this.samples.filter(([at]) => now - at < SPEED_MS), [now, sent]];
    const [since, before] = this.samples[0];
    const speed = now > since ? Math.max(0, (sent - before) / (now - since)) * 1000 : 0;
    this.line.hidden = false;
    this.bar.value = total ? sent / total : 1;
    this.far.textContent = `${size(sent)} of ${size(total)}${speed ? `, ${size(speed)}/s` : ""}`;
  }

  say(words, wrong = false) {
    this.line.hidden = false;
    this.line.classList.toggle("wrong", wrong);
    if (this.told.textContent !== words) this.told.textContent = words;
  }

  press(words) {
    this.button.hidden = !words;
    this.button.textContent = words;
  }

  // As long as something is sent, nothing begins and the page asks before it is left.
  static count(more) {
    Step.sending = (Step.sending ?? 0) + more;
    const begin = document.getElementById("begin");
    if (!barred) begin.disabled = Step.sending > 0;
  }
}

const barred = document.getElementById("begin").disabled; // for who may only look
addEventListener("beforeunload", event => { if (Step.sending) event.preventDefault(); });
for (const name of ["dragover", "drop"]) addEventListener(name, event => event.preventDefault()); // beside a step: no navigation
for (const field of document.querySelectorAll("[data-upload]")) new Step(field);
