const study = JSON.parse(document.getElementById("study").textContent);
const at = (id) => document.getElementById(id);
const FRAMES_PER_SECOND = 20;
const QUALITIES = ["Good", "Medium", "Poor", ""];

const state = { clip: null, images: [], frame: 0, timer: null, rows: [], wanted: "" };
const layers = study.layers.map((layer) => ({ ...layer, opacity: 0.9 }));

/* ---- the list of sequences ---- */

const efError = (row, arm) => study.volumes[row.patient]?.[arm]?.ef_error ?? null;
const orders = [
  { title: "Name", value: () => null, show: (row) => row.quality },
  { title: "Image quality", value: (row) => QUALITIES.indexOf(row.quality), show: (row) => row.quality },
  { title: "Closure Dice, worst first", value: (row) => row.closure, show: (row) => fixed(row.closure, 3) },
  ...study.arms.flatMap((arm) => [
    { title: `Dice of ${titleOf(arm)}, worst first`, value: (row) => row.dice[arm], show: (row) => fixed(row.dice[arm], 3) },
    {
      title: `EF error of ${titleOf(arm)}, worst first`,
      value: (row) => (efError(row, arm) === null ? null : -efError(row, arm)),
      show: (row) => `${fixed(efError(row, arm), 1)} %`,
    },
  ]),
];

function titleOf(name) {
  return study.layers.find((layer) => layer.name === name).title;
}

function fixed(value, digits) {
  return value === null || value === undefined ? "-" : value.toFixed(digits);
}

function drawList() {
  const words = at("search").value.toLowerCase().split(/\s+/);
  const order = orders[at("sort").value];
  const text = (row) => `${row.name} ${row.quality} ${row.split} ${row.role}`.toLowerCase();
  state.rows = study.sequences.filter((row) => words.every((word) => text(row).includes(word)));
  const key = (row) => order.value(row) ?? Infinity;
  state.rows.sort((a, b) => (key(a) === key(b) ? a.name.localeCompare(b.name) : key(a) - key(b)));
  at("count").textContent = `${state.rows.length} of ${study.sequences.length} sequences`;
  at("list").replaceChildren(
    ...state.rows.map((row) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.name = row.name;
      button.setAttribute("aria-current", row.name === state.wanted);
      button.append(row.name.replace("_", " "), Object.assign(document.createElement("span"), { textContent: order.show(row) }));
      button.onclick = () => open(row.name);
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );
}

function step(places) {
  const here = state.rows.findIndex((row) => row.name === state.wanted);
  const row = state.rows[Math.min(Math.max(here + places, 0), state.rows.length - 1)];
  if (row) open(row.name);
}

/* ---- one sequence ---- */

function open(name) {
  pause();
  state.wanted = name;
  location.hash = name;
  for (const button of at("list").querySelectorAll("button")) {
    button.setAttribute("aria-current", button.dataset.name === name);
  }
  const script = document.createElement("script");
  script.src = `data/${encodeURIComponent(name)}.js`;
  script.onload = () => script.remove();
  script.onerror = () => {
    script.remove();
    at("subtitle").textContent = `data/${name}.js cannot be read: keep the folder "data" beside this page.`;
  };
  document.head.append(script);
}

const echoweave = {
  async show(clip) {
    if (clip.name !== state.wanted) return;
    const images = clip.frames.map((source) => Object.assign(new Image(), { src: source }));
    await Promise.all(images.map((image) => image.decode()));
    if (clip.name !== state.wanted) return;
    for (const layer of Object.values(clip.layers)) layer.paths = layer.outlines.map(outlinePaths);
    Object.assign(state, { clip, images });
    at("slider").max = images.length - 1;
    const [height, width] = clip.size;
    at("frame").width = Math.ceil(CANVAS_WIDTH / width) * width;
    at("frame").height = Math.round((at("frame").width * height * clip.spacing[0]) / (width * clip.spacing[1]));
    drawHead();
    drawLayers();
    drawVolumes();
    drawCurves();
    seek(clip.ed);
    document.querySelector("#list [aria-current=true]")?.scrollIntoView({ block: "nearest" });
  },
};

function drawHead() {
  const row = study.sequences.find((one) => one.name === state.clip.name);
  at("title").textContent = row.name.replace("_", " ");
  const parts = [`${row.split} set`];
  if (row.phase === "diastole") parts.push("a diastole, played backwards from ED to ES");
  if (row.quality) parts.push(`${row.quality} quality`);
  if (row.role) parts.push(`registration: ${row.role}`);
  if (row.closure !== null) parts.push(`closure Dice ${fixed(row.closure, 3)}`);
  for (const arm of study.arms) {
    if (row.dice[arm] !== null) parts.push(`Dice ${titleOf(arm)} ${fixed(row.dice[arm], 3)}`);
  }
  at("subtitle").textContent = parts.join(", ");
}

function drawVolumes() {
  const patient = study.sequences.find((one) => one.name === state.clip.name).patient;
  const arms = Object.entries(study.volumes[patient] ?? {});
  const line = (cells, tag) => `<tr>${cells.map((cell, i) => `<${i ? tag : "th"}>${cell}</${i ? tag : "th"}>`).join("")}</tr>`;
  const numbers = (values, prefix) => study.quantities.map(({ name }) => fixed(values[prefix + name], 1));
  if (!arms.length) {
    at("volumes").innerHTML = `<tbody>${line(["No predicted volumes for this patient"], "td")}</tbody>`;
    return;
  }
  const body = arms.map(([arm, values]) => line([titleOf(arm), ...numbers(values, ""), fixed(values.ef_error, 1)], "td"));
  /* Arms that were measured in different views have different references. */
  const distinct = new Set(arms.map(([, values]) => numbers(values, "ref_").join()));
  for (const [arm, values] of distinct.size > 1 ? arms : arms.slice(0, 1)) {
    const whose = distinct.size > 1 ? ` of ${titleOf(arm)}` : "";
    body.push(line([`Reference${whose}`, ...numbers(values, "ref_"), ""], "td"));
  }
  const head = line(["", ...study.quantities.map(({ title }) => title), "EF error"], "th");
  at("volumes").innerHTML = `<thead>${head}</thead><tbody>${body.join("")}</tbody>`;
}

/* ---- the frame and its overlays ---- */

function outlinePaths(labels) {
  return labels?.map(outlinePath);
}

function drawFrame() {
  const { clip, images, frame } = state;
  const canvas = at("frame");
  const context = canvas.getContext("2d");
  context.drawImage(images[frame], 0, 0, canvas.width, canvas.height);
  const scale = new DOMMatrix().scale(canvas.width / clip.size[1], canvas.height / clip.size[0]);
  context.lineWidth = 3;
  for (const layer of layers) {
    const paths = clip.layers[layer.name]?.paths[frame];
    if (!layer.shown || !paths) continue;
    for (const path of paths) {
      const scaled = new Path2D();
      scaled.addPath(path, scale);
      context.strokeStyle = context.fillStyle = layer.colour;
      context.globalAlpha = layer.opacity * 0.12;
      context.fill(scaled, "evenodd");
      context.globalAlpha = layer.opacity;
      context.stroke(scaled);
    }
  }
  context.globalAlpha = 1;
}

function drawLayers() {
  at("layers").replaceChildren(
    ...layers.map((layer, index) => {
      const row = document.createElement("div");
      const present = layer.name in state.clip.layers && state.clip.layers[layer.name].paths.some(Boolean);
      row.className = present ? "layer" : "layer absent";
      row.innerHTML = `<input type="checkbox" id="show-${layer.name}"><i style="background:${layer.colour}"></i>
        <label for="show-${layer.name}">${index + 1} ${layer.title}</label>
        <input type="range" min="0" max="1" step="0.05" aria-label="Opacity of ${layer.title}">`;
      const [shown, opacity] = row.querySelectorAll("input");
      shown.checked = layer.shown;
      opacity.value = layer.opacity;
      shown.disabled = opacity.disabled = !present;
      shown.onchange = () => toggle(layer, shown.checked);
      opacity.oninput = () => {
        layer.opacity = Number(opacity.value);
        drawFrame();
      };
      return row;
    }),
  );
}

function toggle(layer, shown) {
  layer.shown = shown;
  at(`show-${layer.name}`).checked = shown;
  drawFrame();
  drawCurves();
}

/* ---- area curves ---- */

const PLOT = { width: 360, height: 160, left: 38, right: 8, top: 8, bottom: 22 };

function drawCurves() {
  at("curves").replaceChildren(...study.structures.map(drawCurve));
  markFrame();
}

function drawCurve(structure) {
  const { clip } = state;
  const shown = layers.filter((layer) => layer.shown && clip.layers[layer.name]);
  const values = shown.flatMap((layer) => clip.layers[layer.name].areas[structure.name]).filter((value) => value !== null);
  const low = Math.min(...values), high = Math.max(...values);
  const span = high - low || 1;
  const x = (frame) => PLOT.left + (frame / Math.max(clip.frames.length - 1, 1)) * (PLOT.width - PLOT.left - PLOT.right);
  const y = (area) => PLOT.height - PLOT.bottom - ((area - low) / span) * (PLOT.height - PLOT.top - PLOT.bottom);
  const ends = [["ED", clip.ed], ["ES", clip.es]].map(([name, frame]) =>
    `<line x1="${x(frame)}" x2="${x(frame)}" y1="${PLOT.top}" y2="${PLOT.height - PLOT.bottom}" stroke="#343942"/>
     <text x="${x(frame)}" y="${PLOT.height - 6}" text-anchor="middle">${name}</text>`);
  const digits = high < 100 ? 1 : 0;
  const lines = values.length ? shown.map((layer) => curveOf(clip.layers[layer.name].areas[structure.name], layer, x, y)) : [];
  const scale = values.length
    ? `<text x="${PLOT.left - 5}" y="${y(low)}" text-anchor="end">${low.toFixed(digits)}</text>
       <text x="${PLOT.left - 5}" y="${y(high) + 8}" text-anchor="end">${high.toFixed(digits)}</text>`
    : `<text x="${PLOT.width / 2}" y="${PLOT.height / 2}" text-anchor="middle">no visible layer</text>`;
  const box = document.createElement("div");
  box.className = "curve";
  box.innerHTML = `<h3>${structure.title}</h3>
    <svg viewBox="0 0 ${PLOT.width} ${PLOT.height}">${ends.join("")}${scale}${lines.join("")}
    <line class="cursor" y1="${PLOT.top}" y2="${PLOT.height - PLOT.bottom}" stroke="#e8eaed"/></svg>`;
  const svg = box.querySelector("svg");
  const seekTo = (event) => {
    const place = svg.getBoundingClientRect();
    const across = ((event.clientX - place.left) / place.width) * PLOT.width;
    seek(Math.round(((across - PLOT.left) / (PLOT.width - PLOT.left - PLOT.right)) * (clip.frames.length - 1)));
  };
  svg.onpointerdown = seekTo;
  svg.onpointermove = (event) => event.buttons && seekTo(event);
  box.querySelector(".cursor").dataset.xs = JSON.stringify(clip.frames.map((_, frame) => x(frame)));
  return box;
}

function curveOf(areas, layer, x, y) {
  const points = areas.map((area, frame) => (area === null ? null : `${x(frame).toFixed(1)},${y(area).toFixed(1)}`));
  const known = points.filter(Boolean);
  if (areas.filter((area) => area !== null).length <= 2) {
    return known.map((point) => `<circle cx="${point.split(",")[0]}" cy="${point.split(",")[1]}" r="4" fill="${layer.colour}"/>`).join("");
  }
  return `<polyline points="${known.join(" ")}" fill="none" stroke="${layer.colour}" stroke-width="1.8"/>`;
}

function markFrame() {
  for (const cursor of document.querySelectorAll(".cursor")) {
    const place = JSON.parse(cursor.dataset.xs)[state.frame];
    cursor.setAttribute("x1", place);
    cursor.setAttribute("x2", place);
  }
}

/* ---- time and keys ---- */

function seek(frame) {
  const { clip } = state;
  if (!clip) return;
  state.frame = Math.min(Math.max(frame, 0), clip.frames.length - 1);
  const instant = { [clip.ed]: " ED", [clip.es]: " ES" }[state.frame] ?? "";
  at("slider").value = state.frame;
  at("position").textContent = `Frame ${state.frame + 1} / ${clip.frames.length}${instant}`;
  drawFrame();
  markFrame();
}

function play() {
  state.timer = setInterval(() => seek((state.frame + 1) % state.clip.frames.length), 1000 / FRAMES_PER_SECOND);
  at("play").textContent = "Pause";
}

function pause() {
  clearInterval(state.timer);
  state.timer = null;
  at("play").textContent = "Play";
}

function playOrPause() {
  if (!state.clip) return;
  state.timer ? pause() : play();
}

const keys = {
  ArrowRight: () => seek(state.frame + 1),
  ArrowLeft: () => seek(state.frame - 1),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  " ": playOrPause,
  d: () => seek(state.clip?.ed),
  s: () => seek(state.clip?.es),
  "/": () => at("search").focus(),
};

document.addEventListener("keydown", (event) => {
  if (event.target.matches("input[type=search], select") || event.ctrlKey || event.metaKey || event.altKey) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  // What a focused control does with its own keys comes first.
  if (event.key === " " && event.target.matches("button, input[type=checkbox]")) return;
  if (event.key.startsWith("Arrow") && event.target.matches("#layers input")) return;
  const layer = layers[Number(event.key) - 1];
  if (layer && state.clip && !at(`show-${layer.name}`).disabled) return toggle(layer, !layer.shown);
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

at("sort").replaceChildren(...orders.map((order, index) => new Option(order.title, index)));
at("search").oninput = at("sort").onchange = drawList;
at("slider").oninput = () => seek(Number(at("slider").value));
at("play").onclick = playOrPause;
at("to-ed").onclick = () => seek(state.clip?.ed);
at("to-es").onclick = () => seek(state.clip?.es);
drawList();
const first = study.sequences.find((row) => row.name === location.hash.slice(1)) ?? state.rows[0];
if (first) open(first.name);
else at("title").textContent = "No sequences";
