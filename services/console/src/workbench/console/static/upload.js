"use strict";
// Files of a form go to the workbench part by part; what has arrived stays there, so the same files go on after anything.
const TRIES = 6;
const KEPT = "workbench-upload:";

class Refusal extends Error {}

async function ask(method, url, body) {
  const plain = body === undefined || body instanceof Blob;
  const response = await fetch(url, {
    method, body: plain ? body : JSON.stringify(body),
    headers: { Accept: "application/json", ...(plain ? {} : { "Content-Type": "application/json" }) },
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const words = [answer.title, answer.detail, answer.remedy].filter(Boolean).join(". ");
  if (response.status === 429 || response.status >= 500) throw new Error(words || response.statusText);
  throw new Refusal(words || response.statusText);
}

async function patiently(work) {
  for (let attempt = 1; ; attempt += 1) {
    try { return await work(); } catch (error) {
      if (error instanceof Refusal || attempt === TRIES) throw error;
      await new Promise(done => setTimeout(done, 500 * 2 ** attempt));
    }
  }
}

const nameOf = file => file.webkitRelativePath || file.name;

async function declared(kind, files) {
  const key = KEPT + kind + files.map(file => `|${nameOf(file)}:${file.size}:${file.lastModified}`).join("");
  const before = localStorage.getItem(key);
  if (before) {
    try { return [key, await ask("GET", `/console/uploads/${kind}/${before}`)]; } catch { localStorage.removeItem(key); }
  }
  const body = { name: files[0].name.replace(/\.[^.]+$/, "").slice(0, 200) || "upload",
    files: files.map(file => ({ name: nameOf(file), size_bytes: file.size })) };
  const upload = await patiently(() => ask("POST", `/console/uploads/${kind}`, body));
  localStorage.setItem(key, upload.id);
  return [key, upload];
}

async function send(field, files) {
  const kind = field.dataset.upload;
  const line = field.querySelector(".sent"), bar = line.querySelector("progress"), words = line.querySelector("span");
  const begin = document.getElementById("begin");
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const tell = text => { words.textContent = text; };
  line.hidden = false;
  line.classList.remove("wrong");
  begin.disabled = true;
  try {
    const [key, upload] = await declared(kind, files);
    let sent = 0;
    for (const [index, file] of upload.files.entries()) {
      for (const part of file.parts) {
        if (!part.arrived) {
          const piece = files[index].slice(part.offset, part.offset + part.size_bytes);
          await patiently(() => ask("PUT", part.to, piece));
        }
        sent += part.size_bytes;
        bar.value = total ? sent / total : 1;
        tell(`${(sent / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB have arrived`);
      }
    }
    const job = await patiently(() => ask("POST", `/console/uploads/${kind}/${upload.id}/complete`));
    localStorage.removeItem(key);
    const select = field.querySelector("select");
    select.add(new Option(files[0].name, job.id, true, true));
    select.dispatchEvent(new Event("change", { bubbles: true }));
    tell("It is here.");
  } catch (error) {
    line.classList.add("wrong");
    tell(`${error.message} What has arrived is kept: choose the same files to go on.`);
  } finally {
    begin.disabled = false;
  }
}

for (const field of document.querySelectorAll("[data-upload]")) {
  field.addEventListener("change", event => {
    if (event.target.type === "file" && event.target.files.length) send(field, [...event.target.files]);
  });
}
