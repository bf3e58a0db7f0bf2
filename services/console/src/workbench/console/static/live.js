"use strict";
// What changes while it is looked at: a piece of a page with hx-trigger="news" is asked for again when the workbench says
// that it is another. One stream of events for the tab; where that is not to be had it asks every few seconds; and a
// connection that is broken is shown as one.
const ASK_MS = 5000, LOST_MS = 12000;
let stream = null, watched = "", heard = Date.now();

const pieces = () => [...document.querySelectorAll('[hx-get][hx-trigger~="news"]')].slice(0, 8);
const tell = piece => piece.dispatchEvent(new Event("news"));

function watch() {
  const wanted = document.hidden ? [] : pieces().map(piece => piece.getAttribute("hx-get"));
  if (JSON.stringify(wanted) === watched) return;
  watched = JSON.stringify(wanted);
  heard = Date.now();
  stream?.close();
  stream = null;
  if (!wanted.length || !("EventSource" in window)) return;
  stream = new EventSource(`/console/live?${new URLSearchParams(wanted.map(piece => ["piece", piece]))}`);
  stream.addEventListener("look", event => {
    hear();
    const { news } = JSON.parse(event.data);
    for (const piece of pieces()) if (news.includes(wanted.indexOf(piece.getAttribute("hx-get")))) tell(piece);
  });
}

function hear() {
  heard = Date.now();
  document.getElementById("lost")?.remove();
}

function lose() {
  if (document.getElementById("lost")) return;
  const bar = document.createElement("p");
  bar.id = "lost";
  bar.setAttribute("role", "status");
  const since = new Date(heard).toLocaleTimeString([], { hour12: false });
  bar.textContent = `No connection to the workbench. This page is as it was at ${since}; it goes on by itself.`;
  document.body.append(bar);
}

setInterval(() => {
  watch();
  if (document.hidden || !pieces().length) return hear();
  if (Date.now() - heard > LOST_MS) lose();
  if (stream?.readyState !== 2 && "EventSource" in window) return;
  pieces().forEach(tell); // no stream: refused, or taken apart by what lies between
  watched = ""; // and try for one again
}, ASK_MS);
document.addEventListener("visibilitychange", watch);
document.addEventListener("htmx:afterSettle", watch);
document.addEventListener("htmx:afterOnLoad", hear);
watch();
