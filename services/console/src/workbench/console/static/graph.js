"use strict";
// A part of a graph, as the API gives it, laid out by dagre and drawn. A layer in it and its row in the table select each other.
const SVG = "http://www.w3.org/2000/svg";
const WIDE = 190, HIGH = 40, SHADES = 5, COLOURS = 8;

// As the server shows texts: what cannot be seen but changes what is seen is a box.
const clean = text => String(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g, "\u25af");
const figure = value => value >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
const shape = tensor => `${(tensor.shape || ["?"]).join(" × ")} ${tensor.element_type || ""}`;
const short = text => clean(text.length > 26 ? `${text.slice(0, 12)}…${text.slice(-12)}` : text);
const precision = node => node.runtime_precision || (node.count === 1 && node.outputs.length ? node.outputs[0].element_type : null);

// What may be shown by colour: its words, what it is of a node, and whether that is an amount.
const KINDS = {
  time: ["time", node => node.time_ms, true, value => `${figure(value)} ms`],
  operations: ["operations", node => node.gops, true, value => `${figure(value)} · 10⁹`],
  precision: ["precision", precision, false, String],
  type: ["type", node => node.count === 1 ? node.type : "several", false, String],
};

function element(name, attributes, ...inside) {
  const made = ["svg", "g", "rect", "path", "text", "title"].includes(name)
    ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

function script(address) {
  return new Promise((done, failed) => {
    const made = element("script", { src: address });
    made.onload = done;
    made.onerror = () => failed(new Error("The layout could not be loaded; try again."));
    document.head.append(made);
  });
}

class Graph {
  constructor(place) {
    this.place = place;
    this.field = place.querySelector(".graph");
    this.told = place.querySelector(".told");
    this.picked = place.querySelector(".picked");
    this.legend = place.querySelector(".legend");
    this.by = place.querySelector("select");
    this.scale = 1;
    place.querySelector(".draw").addEventListener("click", () => this.load({}));
    for (const button of place.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => this.zoom(Number(button.dataset.zoom)));
    }
    this.by.addEventListener("change", () => this.colour());
    this.field.addEventListener("keydown", event => this.key(event));
    document.addEventListener("click", event => {
      const button = event.target.closest("[data-layer]");
      if (button) this.show(button.dataset.layer);
    });
    document.addEventListener("htmx:afterSwap", () => this.mark());
    if (place.dataset.around) this.load({ around: place.dataset.around });
  }

  async load(asked) {
    this.told.textContent = "Is being drawn …";
    try {
      if (!window.dagre) await script(this.place.dataset.dagre);
      const answer = await fetch(`${this.place.dataset.graph}?${new URLSearchParams(asked)}`, { headers: { Accept: "application/json" } });
      const part = await answer.json();
      if (!answer.ok) throw new Error([part.detail || part.title, part.remedy].filter(Boolean).join(" "));
      this.draw(part);
      const first = asked.around && part.nodes.find(node => node.name === asked.around || (node.original_layers || []).includes(asked.around));
      if (first) this.select(first.id);
    } catch (error) {
      this.told.textContent = error.message;
    }
  }

  draw(part) {
    this.nodes = new Map(part.nodes.map(node => [node.id, node]));
    this.told.textContent = part.note || (part.whole ? `All ${part.total} layers.` : `${part.nodes.length} of ${part.total} layers.`);
    this.place.querySelector(".tools").hidden = part.nodes.length === 0;
    const layout = new dagre.graphlib.Graph().setGraph({ ranksep: 26, nodesep: 18, marginx: 12, marginy: 12 });
    layout.setDefaultEdgeLabel(() => ({}));
    for (const node of part.nodes) layout.setNode(String(node.id), { width: WIDE, height: HIGH });
    for (const edge of part.edges) layout.setEdge(String(edge.from), String(edge.to));
    dagre.layout(layout);
    const { width = 0, height = 0 } = layout.graph();
    this.size = [Math.max(width, 1), Math.max(height, 1)];
    const edges = layout.edges().map(edge => {
      const points = layout.edge(edge).points.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`);
      return element("path", { class: "edge", d: `M${points.join("L")}` });
    });
    this.drawn = new Map(part.nodes.map(node => [node.id, this.node(node, layout.node(String(node.id)))]));
    this.svg = element("svg", { viewBox: `0 0 ${this.size.join(" ")}`, role: "group", "aria-label": "Graph of the layers" },
      ...edges, ...this.drawn.values());
    this.field.replaceChildren(this.svg);
    const first = part.nodes[0];
    if (first) this.drawn.get(first.id).setAttribute("tabindex", "0");
    this.choices();
    this.zoom(0);
    this.picked.replaceChildren();
    this.chosen = null;
  }

  node(node, at) {
    const made = element("g", { class: "node", tabindex: "-1", role: "button", transform: `translate(${at.x - WIDE / 2} ${at.y - HIGH / 2})` },
      element("title", {}, clean(`${node.name}, ${node.type}`)),
      element("rect", { width: WIDE, height: HIGH, rx: 5 }),
      element("text", { x: 10, y: 17, class: "name" }, short(node.name)),
      element("text", { x: 10, y: 32 }, short(node.count > 1 ? `${node.count} layers` : node.type)),
      element("text", { x: WIDE - 8, y: 32, "text-anchor": "end", class: "amount" }));
    made.addEventListener("click", () => this.select(node.id));
    return made;
  }

  choices() {
    const had = this.by.value, nodes = [...this.nodes.values()];
    const known = Object.entries(KINDS).filter(([, [, of]]) => nodes.some(node => of(node) != null));
    this.by.replaceChildren(...known.map(([key, [words]]) => new Option(words, key)));
    if (known.some(([key]) => key === had)) this.by.value = had;
    this.colour();
  }

  colour() {
    const kind = KINDS[this.by.value];
    if (!kind || !this.drawn) return;
    const [, of, amount, words] = kind;
    const values = [...this.nodes.values()].map(of);
    const most = amount ? Math.max(...values.filter(value => value != null), 0) : 0;
    const counts = new Map();
    if (!amount) for (const value of values) if (value != null) counts.set(value, (counts.get(value) || 0) + 1);
    const names = [...counts].sort((one, other) => other[1] - one[1]).map(([name]) => name);
    const group = value => amount ? `heat${Math.min(SHADES - 1, Math.floor(SHADES * value / most))}` : `kind${Math.min(names.indexOf(value), COLOURS)}`;
    for (const [id, drawn] of this.drawn) {
      const value = of(this.nodes.get(id));
      drawn.querySelector("rect").setAttribute("class", value == null || (amount && !most) ? "" : group(value));
      drawn.querySelector(".amount").textContent = value == null ? "" : amount ? words(value) : this.by.value === "type" ? "" : short(value);
    }
    const shades = amount && most ? [...Array(SHADES).keys()].map(at => [`heat${at}`, `to ${words(most * (at + 1) / SHADES)}`])
      : names.slice(0, COLOURS).map((name, at) => [`kind${at}`, `${short(name)} (${counts.get(name)})`]);
    if (!amount && names.length > COLOURS) shades.push([`kind${COLOURS}`, "others"]);
    this.legend.replaceChildren(...shades.map(([shade, text]) => element("li", {},
      element("svg", { viewBox: "0 0 14 14", width: 14, height: 14, "aria-hidden": "true" }, element("rect", { width: 14, height: 14, rx: 3, class: shade })), text)));
  }

  zoom(times) {
    this.scale = times === 0 ? Math.max(0.35, Math.min(1, this.field.clientWidth / this.size[0])) : this.scale * times;
    this.svg.setAttribute("width", Math.round(this.size[0] * this.scale));
    this.svg.setAttribute("height", Math.round(this.size[1] * this.scale));
  }

  // A layer by its name, whose graph need not be drawn yet.
  show(name) {
    const found = this.nodes && [...this.nodes.values()].find(node => node.count === 1 && clean(node.name) === name);
    if (found) this.select(found.id); else this.load({ around: name });
    this.place.scrollIntoView({ block: "nearest" });
  }

  select(id) {
    const node = this.nodes.get(id);
    for (const [each, drawn] of this.drawn) {
      drawn.setAttribute("tabindex", each === id ? "0" : "-1");
      drawn.classList.toggle("chosen", each === id);
    }
    this.drawn.get(id).scrollIntoView({ block: "nearest", inline: "center" });
    this.chosen = node;
    this.tell(node);
    if (!this.mark() && node.count === 1 && window.htmx && document.getElementById("layers")) {
      htmx.ajax("GET", `${this.place.dataset.layers}?${new URLSearchParams({ name: node.name })}`, { target: "#layers", swap: "outerHTML" });
    }
  }

  // The row of what is chosen; false where it is not in the page of the table that is shown.
  mark() {
    let found = false;
    for (const row of document.querySelectorAll("tr[data-row]")) {
      const is = Boolean(this.chosen) && this.chosen.count === 1 && row.dataset.row === clean(this.chosen.name);
      row.classList.toggle("chosen", is);
      found = found || is;
    }
    return found;
  }

  tell(node) {
    const rows = [["Type", node.type], ["Output", node.outputs.map(shape).join("; ")], ["Executed as", node.exec_type],
      ["Precision", precision(node)], ["Time", node.time_ms == null ? null : `${figure(node.time_ms)} ms`],
      ["Operations", node.gops == null ? null : `${figure(node.gops)} · 10⁹`],
      ["Parameters", node.parameters], ["Edges to what is not shown", node.unseen || null]];
    const facts = rows.filter(([, value]) => value != null && value !== "").map(([words, value]) =>
      element("div", {}, element("dt", {}, words), element("dd", {}, element("bdi", {}, clean(value)))));
    const other = this.place.dataset.other;
    const links = other ? (node.original_layers || (node.count === 1 && this.place.dataset.back ? [node.name] : [])).slice(0, 12) : [];
    this.picked.replaceChildren(element("h3", {}, element("bdi", {}, clean(node.name))), element("dl", { class: "facts" }, ...facts));
    if (links.length) {
      this.picked.append(element("p", {}, `${this.place.dataset.otherWords}: `, ...links.flatMap(name =>
        [element("a", { href: `${other}?${new URLSearchParams({ around: name })}#graph` }, element("bdi", {}, clean(name))), " "])));
    }
    const go = node.count > 1 ? ["Show these layers", { first: node.id, last: node.last }] : ["Show what is around it", { around: node.name }];
    const button = element("button", { type: "button" }, go[0]);
    button.addEventListener("click", () => this.load(go[1]));
    this.picked.append(button);
  }

  key(event) {
    const ids = this.drawn ? [...this.drawn.keys()] : [];
    const at = ids.findIndex(id => this.drawn.get(id) === document.activeElement);
    if (at < 0) return;
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? ids.length - 1 : step ? at + step : null;
    if (event.key === "Enter" || event.key === " ") this.select(ids[at]);
    else if (to === null || !ids[to]) return;
    else {
      this.drawn.get(ids[at]).setAttribute("tabindex", "-1");
      this.drawn.get(ids[to]).setAttribute("tabindex", "0");
      this.drawn.get(ids[to]).focus();
    }
    event.preventDefault();
  }
}

for (const place of document.querySelectorAll("[data-graph]")) new Graph(place);
