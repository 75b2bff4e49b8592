const study = JSON.parse(document.getElementById("study").textContent);
const at = (id) => document.getElementById(id);

const state = { images: [], frame: 0, timer: null };
const structures = study.structures.map((structure) => ({ ...structure, shown: true }));
const paths = study.outlines.map((labels) => labels.map(outlinePath));

/* ---- the frame and its outlines ---- */

function drawFrame(canvas, frame, caption) {
  const [height, width] = study.size;
  canvas.width = Math.ceil(CANVAS_WIDTH / width) * width;
  canvas.height = Math.round((canvas.width * height * study.scale[0]) / (width * study.scale[1]));
  const context = canvas.getContext("2d");
  context.drawImage(state.images[frame], 0, 0, canvas.width, canvas.height);
  const scale = new DOMMatrix().scale(canvas.width / width, canvas.height / height);
  context.lineWidth = 2.5;
  /* The cavity last: the muscle around it shares its outline. */
  for (let index = structures.length - 1; index >= 0; index -= 1) {
    if (!structures[index].shown) continue;
    const scaled = new Path2D();
    scaled.addPath(paths[frame][index], scale);
    context.strokeStyle = structures[index].colour;
    context.stroke(scaled);
  }
  if (!caption) return;
  context.fillStyle = "#e8eaed";
  context.font = "32px system-ui, sans-serif";
  context.fillText(caption, 16, 44);
}

function drawStructures() {
  at("structures").replaceChildren(
    ...structures.map((structure, index) => {
      const label = document.createElement("label");
      const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: true, id: `show-${structure.name}` });
      const swatch = document.createElement("i");
      swatch.style.background = structure.colour;
      box.onchange = () => toggle(index);
      label.append(box, swatch, structure.title);
      return label;
    }),
  );
}

function toggle(index) {
  structures[index].shown = !structures[index].shown;
  at(`show-${structures[index].name}`).checked = structures[index].shown;
  seek(state.frame);
}

/* ---- curves ---- */

const PLOT = { width: 480, height: 170, left: 46, right: 18, top: 10, bottom: 24 };
const across = (frame) => PLOT.left + (frame / Math.max(study.frames.length - 1, 1)) * (PLOT.width - PLOT.left - PLOT.right);

const tick = (value) => value.toLocaleString("en", { notation: "compact", maximumSignificantDigits: 3 });

function drawCurve({ name, title, values, range, colour }) {
  const known = values.filter((value) => value !== null);
  const [low, high] = range ?? [Math.min(...known), Math.max(...known)];
  const up = (value) => PLOT.height - PLOT.bottom - ((value - low) / (high - low || 1)) * (PLOT.height - PLOT.top - PLOT.bottom);
  const bottom = PLOT.height - PLOT.bottom;
  const marks = study.marks.map(({ frame, phase }, index) => {
    /* Names that would touch the one before are left out. */
    const crowded = index > 0 && across(frame) - across(study.marks[index - 1].frame) < 22;
    return `<line x1="${across(frame)}" x2="${across(frame)}" y1="${PLOT.top}" y2="${bottom}" stroke="#d9dde3"/>
      <text x="${across(frame)}" y="${PLOT.height - 7}" text-anchor="middle">${crowded ? "" : phase}</text>`;
  });
  const scale = known.length
    ? `<text x="${PLOT.left - 6}" y="${up(low)}" text-anchor="end">${tick(low)}</text>
       <text x="${PLOT.left - 6}" y="${up(high) + 9}" text-anchor="end">${tick(high)}</text>`
    : `<text x="${PLOT.width / 2}" y="${PLOT.height / 2}" text-anchor="middle">no frame has a value</text>`;
  const box = document.createElement("div");
  box.className = "curve";
  box.innerHTML = `<h3></h3><svg viewBox="0 0 ${PLOT.width} ${PLOT.height}" id="curve-${name}">${marks.join("")}
    <line x1="${PLOT.left}" x2="${PLOT.width - PLOT.right}" y1="${bottom}" y2="${bottom}" stroke="#a3a9b3"/>${scale}
    <path d="${lineOf(values, up)}" fill="none" stroke="${colour}" stroke-width="1.8"/>
    <line class="cursor" y1="${PLOT.top}" y2="${bottom}" stroke="#1b1f24"/></svg>`;
  box.querySelector("h3").textContent = title;
  const svg = box.querySelector("svg");
  const seekTo = (event) => {
    const place = svg.getBoundingClientRect();
    const x = ((event.clientX - place.left) / place.width) * PLOT.width;
    pause();
    seek(Math.round(((x - PLOT.left) / (PLOT.width - PLOT.left - PLOT.right)) * (study.frames.length - 1)));
  };
  svg.onpointerdown = seekTo;
  svg.onpointermove = (event) => event.buttons && seekTo(event);
  return box;
}

/* Frames without a value leave a gap. */
function lineOf(values, up) {
  let open = false;
  return values.map((value, frame) => {
    const step = value === null ? "" : `${open ? "L" : "M"}${across(frame).toFixed(1)},${up(value).toFixed(1)}`;
    open = value !== null;
    return step;
  }).join("");
}

/* ---- time and keys ---- */

function seek(frame) {
  state.frame = Math.min(Math.max(frame, 0), study.frames.length - 1);
  const mark = study.marks.find((one) => one.frame === state.frame);
  const time = study.times_ms ? `, ${study.times_ms[state.frame].toFixed(0)} ms` : "";
  at("slider").value = state.frame;
  at("position").textContent = `Frame ${state.frame + 1} / ${study.frames.length}${time}${mark ? `, ${mark.phase} of beat ${mark.beat}` : ""}`;
  drawFrame(at("frame"), state.frame);
  for (const cursor of document.querySelectorAll(".cursor")) {
    cursor.setAttribute("x1", across(state.frame));
    cursor.setAttribute("x2", across(state.frame));
  }
}

function seekPhase(phase) {
  const frames = study.marks.filter((mark) => mark.phase === phase).map((mark) => mark.frame);
  if (!frames.length) return;
  pause();
  seek(frames.find((frame) => frame > state.frame) ?? frames[0]);
}

/* How long the frame is shown; the last one as long as the one before. */
function duration(frame) {
  const times = study.times_ms;
  if (!times || times.length < 2) return 1000 / study.assumed_rate_hz;
  const first = Math.min(frame, times.length - 2);
  return times[first + 1] - times[first];
}

function play() {
  at("play").textContent = "Pause";
  /* The clock decides, so that a slow browser leaves frames out and keeps the time. */
  let due = performance.now() + duration(state.frame);
  const tick = (now) => {
    if (now - due > 1000) due = now;
    let frame = state.frame;
    while (now >= due) {
      frame = (frame + 1) % study.frames.length;
      due += Math.max(duration(frame), 1);
    }
    if (frame !== state.frame) seek(frame);
    state.timer = requestAnimationFrame(tick);
  };
  state.timer = requestAnimationFrame(tick);
}

function pause() {
  cancelAnimationFrame(state.timer);
  state.timer = null;
  at("play").textContent = "Play";
}

const playOrPause = () => (state.timer === null ? play() : pause());
const step = (places) => {
  pause();
  seek(state.frame + places);
};

const keys = {
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  " ": playOrPause,
  d: () => seekPhase("ED"),
  s: () => seekPhase("ES"),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  /* What a focused control does with its own keys comes first. */
  if (event.key === " " && event.target.matches("button, input[type=checkbox]")) return;
  if (structures[Number(event.key) - 1]) return toggle(Number(event.key) - 1);
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

at("slider").max = study.frames.length - 1;
at("slider").oninput = () => step(Number(at("slider").value) - state.frame);
at("play").onclick = playOrPause;

/* Paper shows ED and ES of the first beat, or the frame that it began with. */
addEventListener("beforeprint", () => {
  pause();
  seek(study.start);
  const [ed, es] = ["ED", "ES"].map((phase) => study.marks.find((mark) => mark.phase === phase));
  at("other").hidden = !es;
  if (!es) return;
  drawFrame(at("frame"), ed.frame, `ED, frame ${ed.frame + 1}`);
  drawFrame(at("other"), es.frame, `ES, frame ${es.frame + 1}`);
});
addEventListener("afterprint", () => seek(state.frame));

async function start() {
  state.images = study.frames.map((source) => Object.assign(new Image(), { src: source }));
  await Promise.all(state.images.map((image) => image.decode()));
  drawStructures();
  at("curves").replaceChildren(...study.curves.map(drawCurve));
  seek(study.start);
  document.body.dataset.ready = "true";
}
start();
