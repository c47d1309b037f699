// Dragging pieces: every floor says what is free, what would break a rule is red before the drop.

import { act } from "./act.js";
import { announce, byId, el, hide, words, write } from "./dom.js";
import { t } from "./texts.js";
import { edit, keyOf, organisationOf, state, whyNot } from "./state.js";
import { edgesOf, showTip, svg } from "./stack.js";

const FAR = 5; // pixels before a press of the mouse is a drag
const LONG_MS = 450; // before a press of a finger is one
let held = null;

/** Listen for drags in the picture, and from the tray of what has no place. */
export function startDrag(holder, tray) {
  holder.addEventListener("pointerdown", (event) => begin(event, pieceAt(event)));
  tray.addEventListener("pointerdown", (event) => begin(event, event.target.closest("[data-unplaced]")));
  addEventListener("pointermove", carry);
  addEventListener("pointerup", drop);
  addEventListener("pointercancel", letGo);
  addEventListener("keydown", (event) => { if (event.key === "Escape") letGo(); });
  holder.addEventListener("touchmove", (event) => { if (held?.ghost) event.preventDefault(); }, { passive: false });
}

function pieceAt(event) {
  const found = document.elementsFromPoint(event.clientX, event.clientY);
  return found.find((each) => each.classList?.contains("piece"));
}

function begin(event, source) {
  if (event.button !== 0 || !source) return;
  const unit = source.dataset.unit ?? source.dataset.unplaced, from = source.dataset.floor ?? null;
  const piece = from ? state.pieces.get(keyOf(unit, from)) : null;
  held = { unit, from, desks: piece?.desks ?? Number(source.dataset.desks), people: piece?.people ?? Number(source.dataset.people), x: event.clientX, y: event.clientY, ghost: null, touch: event.pointerType !== "mouse" };
  if (held.touch) held.timer = setTimeout(() => lift(event.clientX, event.clientY), LONG_MS);
  else if (source.tagName !== "rect") event.preventDefault();
}

function lift(x, y) {
  showTip(null, null);
  document.body.classList.add("dragging");
  const unit = act("unitName", held.unit);
  held.ghost = document.body.appendChild(words("div", `${unit} · ${t("drag.needs", { desks: held.desks })}`, "ghost"));
  held.hints = hints();
  drawGhost(x, y);
}

function drawGhost(x, y) {
  held.ghost.style.left = `${x + 12}px`;
  held.ghost.style.top = `${y + 12}px`;
}

/** Write on every floor what it has free, and mark those where the piece would break a rule. */
function hints() {
  const free = new Map(state.look.floors.map((floor) => [floor.id, floor.vacant]));
  const picture = byId("stack").querySelector("svg[data-size]");
  const parts = svg("g", { class: "hints" });
  for (const floor of picture?.querySelectorAll(".floor") ?? []) {
    const id = floor.dataset.floor;
    if (id === held.from) continue;
    const [x, y, width, height] = edgesOf(floor);
    const why = whyNot(held.unit, id), bad = why !== null || free.get(id) < held.desks;
    const words = why ? t(why) : t("drag.free", { free: free.get(id), needs: held.desks });
    parts.append(svg("rect", { x, y: y + 1, width, height: height - 2, class: bad ? "hint bad" : "hint good" }), svg("text", { x: x + 5, y: y + height / 2, "font-size": Math.min(11, height - 5), class: "hint-words" }, words));
  }
  picture?.append(parts);
  return parts;
}

const floorAt = (x, y) => document.elementsFromPoint(x, y).find((each) => each.classList?.contains("floor"));

function carry(event) {
  if (!held) return;
  if (!held.ghost) {
    if (Math.hypot(event.clientX - held.x, event.clientY - held.y) < FAR) return;
    if (held.touch) { letGo(); return; } // a finger that moves at once scrolls
    lift(event.clientX, event.clientY);
  }
  drawGhost(event.clientX, event.clientY);
  const floor = floorAt(event.clientX, event.clientY);
  if (held.over !== floor) {
    held.over?.classList.remove("target");
    floor?.classList.add("target");
    held.over = floor;
  }
}

function letGo() {
  if (!held) return;
  clearTimeout(held.timer);
  held.ghost?.remove();
  held.hints?.remove();
  held.over?.classList.remove("target");
  document.body.classList.remove("dragging");
  held = null;
}

async function drop(event) {
  const one = held;
  letGo();
  const floor = one?.ghost && floorAt(event.clientX, event.clientY)?.dataset.floor;
  if (!floor || floor === one.from) return;
  act("choose", organisationOf(one.unit), { focus: false });
  await settle(one, floor);
}

/** Move or place desks; where they do not all fit, ask whether all, or as many as fit. */
export async function settle(one, floor) {
  const free = state.look.floors.find((each) => each.id === floor).vacant;
  const desks = free < one.desks ? await howMany(one.desks, free) : one.desks;
  if (!desks) return;
  edit({ kind: "move", unit: one.unit, from: one.from, floor, desks, people: Math.round((one.people * desks) / one.desks) });
  announce(t("plan.moved_to", { name: act("unitName", one.unit), place: act("floorName", floor) }));
  act("changed");
}

function howMany(all, free) {
  const dialog = byId("drop");
  write("drop-said", t("drag.free", { free, needs: all }));
  hide("drop-fit", free <= 0);
  write("drop-fit", t("drag.as_many", { desks: Math.max(0, free) }));
  write("drop-all", t("drag.all", { desks: all }));
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done({ all, fit: free }[dialog.returnValue] ?? 0), { once: true });
  });
}
