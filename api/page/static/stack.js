// The stack plan: drawn by vega, lit by pointing or from the list, and pieces dragged to other floors.

import { post } from "./api.js";
import { draw } from "./charts.js";
import { byId, el } from "./dom.js";
import { language } from "./texts.js";
import { changedScenario, move, placements, state } from "./state.js";
import { changed, choose } from "./plan.js";

const FAR = 5; // pixels before a press is a drag
const USUAL_WIDTH = 1000; // pixels of a picture, beyond which it is enlarged rather than filled with more
const LARGEST = 1.7;
const SCROLLED = 1.5; // a picture may be this much higher than what is seen of it at once
let view = null;
let drawing = null;

export async function drawStack() {
  drawing?.abort();
  drawing = new AbortController();
  const holder = byId("stack");
  holder.parentElement.classList.add("busy");
  const room = { width: Math.max(760, holder.parentElement.clientWidth - 26), height: Math.max(420, holder.parentElement.clientHeight - 90) };
  const zoom = Math.min(LARGEST, Math.max(1, room.width / USUAL_WIDTH));
  const asked = {
    scenario: changedScenario({ pins: false }),
    placements: placements(),
    colour: byId("colour").value,
    marked: [...state.pins.values()].map(({ unit, floor }) => [unit, floor]),
    width: Math.round(room.width / zoom),
    height: Math.round((SCROLLED * room.height) / zoom),
    language,
  };
  const specification = await post("/page/stack", asked, { signal: drawing.signal });
  view = await draw("stack", specification);
  enlarge(holder.querySelector("svg"), room);
  holder.parentElement.classList.remove("busy");
  if (state.chosen) light(state.chosen);
  listen();
}

/** Let the picture fill the room that it has, for whoever sits at the back. */
function enlarge(svg, room) {
  const width = Number(svg.getAttribute("width")), height = Number(svg.getAttribute("height"));
  const factor = Math.min(LARGEST, Math.max(1, Math.min((room.width + 12) / width, (room.height + 70) / height)), (room.width + 12) / width);
  svg.style.width = `${Math.floor(width * factor)}px`;
  svg.style.height = `${Math.floor(height * factor)}px`;
}

/** Light one organisation everywhere; none for all. */
export function light(body) {
  view?.signal("lit", body || "").run();
}

function listen() {
  view.addEventListener("click", (_event, item) => {
    const body = item?.datum?.body;
    if (body) choose(body);
  });
}

const datumAt = (x, y) => document.elementFromPoint(x, y)?.__data__?.datum ?? null;

/** Listen for drags: once, as the picture is drawn anew inside the same element. */
export function startStack() {
  const holder = byId("stack");
  let held = null;
  holder.addEventListener("pointerdown", (event) => {
    const datum = datumAt(event.clientX, event.clientY);
    const piece = datum?.kind === "piece" ? datum : below(event);
    if (event.button === 0 && piece) held = { piece, x: event.clientX, y: event.clientY, ghost: null };
  });
  window.addEventListener("pointermove", (event) => {
    if (!held) return;
    if (!held.ghost && Math.hypot(event.clientX - held.x, event.clientY - held.y) < FAR) return;
    document.body.classList.add("dragging");
    held.ghost ||= document.body.appendChild(el("div", { className: "ghost", textContent: held.piece.unit }));
    held.ghost.style.left = `${event.clientX + 12}px`;
    held.ghost.style.top = `${event.clientY + 12}px`;
    const floor = datumAt(event.clientX, event.clientY)?.floor_id || "";
    view.signal("target", floor).run();
  });
  window.addEventListener("pointerup", (event) => {
    if (!held) return;
    const { piece, ghost } = held;
    held = null;
    document.body.classList.remove("dragging");
    if (!ghost) return;
    ghost.remove();
    view.signal("target", "").run();
    const floor = datumAt(event.clientX, event.clientY)?.floor_id;
    if (!floor || floor === piece.floor_id) return;
    move(piece.unit_id, piece.floor_id, floor);
    choose(piece.body, { focus: false });
    changed();
  });
  window.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !held) return;
    held.ghost?.remove();
    held = null;
    document.body.classList.remove("dragging");
    view.signal("target", "").run();
  });
}

/** Return the piece below a label. */
function below(event) {
  const found = document.elementsFromPoint(event.clientX, event.clientY).map((each) => each.__data__?.datum);
  return found.find((datum) => datum?.kind === "piece") ?? null;
}
