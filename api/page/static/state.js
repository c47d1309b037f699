// What the page knows: the scenario, the plan, and what was changed by hand. Nothing is drawn here.

export const state = {
  scenario: null, // as JSON, as it was accepted
  job: null, // of the plan
  record: null, // of that job, with its label
  plan: null, // plan.json
  before: null, // the plan that the differences are told against
  failed: null, // {scenario, plan, explanation} of an answer that there is no plan
  pieces: new Map(), // "unit\nfloor" -> {unit, floor, desks, people}; people count where capacity is by chance
  pins: new Map(), // the same keys -> {unit, floor}
  forbidden: new Map(),
  moves: [], // {unit, floor, desks}
  headcounts: new Map(), // unit -> people
  ratio: null, // people per desk, changed
  kept: new Set(), // keys of the pins and of what is forbidden that the plan was solved with
  current: undefined, // today's plan, as the scenario had it
  look: null, // what the service says of the plan as it stands
  chosen: null, // organisation
  past: [], // what was changed by hand, before each change
};

export const keyOf = (unit, floor) => `${unit}\n${floor}`;
const MOST_PAST = 100;
const store = {
  read(key) {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  },
  write(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(value));
    } catch { /* a browser that keeps nothing */ }
  },
};

/** Take a plan as it came; of what was changed by hand, pins and what is forbidden may stay. */
export function take(scenario, plan, job, kept = null) {
  Object.assign(state, { scenario, plan, job, past: [] });
  if (!kept) state.current = scenario.current;
  clear();
  for (const one of kept?.pins ?? []) if (state.pieces.has(keyOf(one.unit, one.floor))) state.pins.set(keyOf(one.unit, one.floor), one);
  for (const one of kept?.forbidden ?? []) state.forbidden.set(keyOf(one.unit, one.floor), one);
  state.kept = new Set(rulesMade());
}

const rulesMade = () => [...[...state.pins.keys()].map((key) => `pin ${key}`), ...[...state.forbidden.keys()].map((key) => `never ${key}`)];

function clear() {
  state.pieces = new Map((state.plan?.placements || []).map((row) => [keyOf(row.unit_id, row.floor_id), { unit: row.unit_id, floor: row.floor_id, desks: row.desks, people: row.people }]));
  state.pins = new Map();
  state.forbidden = new Map();
  state.moves = [];
  state.headcounts = new Map();
  state.ratio = null;
}

const CHANGED = ["pieces", "pins", "forbidden", "headcounts"];

function edits() {
  return { ...Object.fromEntries(CHANGED.map((name) => [name, [...state[name]]])), moves: structuredClone(state.moves), ratio: state.ratio };
}

function put(kept) {
  for (const name of CHANGED) state[name] = new Map(kept[name]);
  state.moves = kept.moves;
  state.ratio = kept.ratio;
}

/** Remember how things stand: done before each change, so that it can be taken back. */
export function mark() {
  state.past.push(edits());
  if (state.past.length > MOST_PAST) state.past.shift();
}

export function undo() {
  const last = state.past.pop();
  if (last) put(last);
  return Boolean(last);
}

export function reset() {
  mark();
  clear();
}

/** Keep in the browser what was changed by hand, until the plan is solved again. */
export function keepEdits() {
  if (state.job) store.write(`edits ${state.job}`, isChanged() ? edits() : null);
}

export function restoreEdits() {
  const kept = state.job && store.read(`edits ${state.job}`);
  if (kept) put(kept);
  return Boolean(kept);
}

export const forgetEdits = (job) => store.write(`edits ${job}`, null);

const headcountsOf = (scenario) => Object.fromEntries((scenario.headcounts || []).map((row) => [row.unit_id, row.headcount]));
const caseKey = (scenario) => `case ${scenario.settings?.name || scenario.settings?.title || ""}`;

/** Remember the headcounts of a case as it was opened last. */
export const rememberCase = (scenario) => store.write(caseKey(scenario), headcountsOf(scenario));

/** Return how many units have other headcounts in the case as it was opened last. */
export function outdatedUnits(scenario) {
  const last = store.read(caseKey(scenario));
  if (!last) return 0;
  const now = headcountsOf(scenario);
  return Object.keys({ ...last, ...now }).filter((unit) => last[unit] !== now[unit]).length;
}

/** Whether anything differs from the plan as it was solved. */
export function isChanged() {
  return changeCount() > 0;
}

export function changeCount() {
  const made = rulesMade();
  const rules = made.filter((key) => !state.kept.has(key)).length + [...state.kept].filter((key) => !made.includes(key)).length;
  const moved = state.moves.filter((each) => !state.pins.has(keyOf(each.unit, each.floor)) || state.kept.has(`pin ${keyOf(each.unit, each.floor)}`)).length;
  return rules + moved + state.headcounts.size + (state.ratio === null ? 0 : 1);
}

export const placements = () => [...state.pieces.values()].map(({ unit, floor, desks, people }) => ({ unit_id: unit, floor_id: floor, desks, people }));

/** Return the people per desk of a scenario, which may be written as a fraction. */
export function ratioOf(scenario) {
  const [people, desks = 1] = String(scenario?.settings?.sharing?.people_per_desk ?? 1).split("/").map(Number);
  return people / desks;
}

/** Return a scenario with another ratio for those who have none of their own. */
export function withRatio(scenario, ratio) {
  const settings = { ...(scenario.settings || {}) };
  settings.sharing = { ...(settings.sharing || {}), people_per_desk: String(ratio) };
  return { ...scenario, settings };
}

/** Return a scenario with a headcount scheme chosen. */
export function withScheme(scenario, scheme) {
  const settings = { ...(scenario.settings || {}) };
  settings.options = { ...(settings.options || {}), scheme };
  return { ...scenario, settings };
}

/** Return the scenario with what was changed by hand: headcounts, ratio, pins and what is forbidden. */
export function changedScenario({ pins = true, forbidden = true } = {}) {
  let scenario = { ...state.scenario };
  if (state.ratio !== null) scenario = withRatio(scenario, state.ratio);
  if (state.headcounts.size) {
    scenario.headcounts = scenario.headcounts.map((row) => (state.headcounts.has(row.unit_id) ? withPeople(row) : row));
  }
  if (pins) for (const unit of new Set([...state.pins.values()].map((pin) => pin.unit))) scenario = { ...scenario, rules: stay(scenario, unit) };
  const never = forbidden ? [...state.forbidden.values()].map(({ unit, floor }) => ({ rule: "never_in", subject: unit, object: floor })) : [];
  if (never.length) scenario.rules = [...(scenario.rules || []), ...never];
  return scenario;
}

/** Return the rules with a unit kept on the floors it uses, where its own rows of only_in allow them. */
function stay(scenario, unit) {
  const rules = scenario.rules || [];
  const floors = [...state.pieces.values()].filter((piece) => piece.unit === unit).map((piece) => piece.floor);
  const own = rules.filter((row) => row.rule === "only_in" && row.subject === unit);
  const open = own.length ? floors.filter((floor) => own.some((row) => isIn(scenario, floor, row.object))) : floors;
  if (!open.length && floors.length) return [...rules, { rule: "at_least", subject: unit, object: floors[0], value: "1" }]; // both cannot hold, and it says so
  const rows = open.map((floor) => ({ rule: "only_in", subject: unit, object: floor }));
  return rows.length ? [...rules.filter((row) => !own.includes(row)), ...rows] : rules;
}

export function isIn(scenario, id, place) {
  const tower = scenario.floors.find((floor) => floor.floor_id === id)?.tower_id;
  const complex = scenario.towers?.find((row) => row.tower_id === tower)?.complex_id ?? tower;
  return [id, tower, complex].includes(place);
}

/** Return the reason for which a unit may not be on a floor, as a key of texts; null where it may. */
export function whyNot(unit, floorId) {
  const { scenario } = state;
  const floor = scenario.floors.find((row) => row.floor_id === floorId);
  const body = organisationOf(unit);
  const list = (value) => (Array.isArray(value) ? value : String(value || "").split(";").map((each) => each.trim()).filter(Boolean));
  const needs = list(scenario.units?.find((row) => row.unit_id === unit)?.needs);
  if (needs.some((need) => !list(floor.features).includes(need))) return "violation.needs";
  const mine = (scenario.rules || []).filter((row) => [unit, body].includes(row.subject));
  const at = (row) => isIn(scenario, floorId, row.object);
  for (const subject of [unit, body]) {
    const only = mine.filter((row) => row.rule === "only_in" && row.subject === subject);
    if (only.length && !only.some(at)) return "violation.only_in";
  }
  if (mine.some((row) => row.rule === "never_in" && at(row)) || state.forbidden.has(keyOf(unit, floorId))) return "violation.never_in";
  const kept = (scenario.rules || []).filter((row) => row.rule === "kept_for" && at(row));
  if (kept.length && !kept.some((row) => [unit, body].includes(row.subject))) return "violation.kept_for";
  const [low, high] = (mine.find((row) => row.rule === "levels")?.value || "").split("..").map(Number);
  return high !== undefined && (floor.level < low || floor.level > high) ? "violation.levels" : null;
}

export function organisationOf(unit) {
  const row = state.scenario.units?.find((each) => each.unit_id === unit) ?? state.scenario.headcounts.find((each) => each.unit_id === unit);
  return row?.organisation_id || unit;
}

function withPeople(row) {
  const headcount = state.headcounts.get(row.unit_id);
  const changed = { ...row, headcount };
  if ((row.own_desks || 0) > headcount) changed.own_desks = headcount;
  return changed;
}

export function move(unit, from, to, desks) {
  const source = state.pieces.get(keyOf(unit, from));
  if (!source || from === to) return;
  mark();
  const amount = Math.min(desks ?? source.desks, source.desks);
  const people = amount === source.desks ? source.people : Math.round((source.people * amount) / source.desks);
  const target = state.pieces.get(keyOf(unit, to));
  const wasPinned = state.pins.has(keyOf(unit, from));
  if (amount === source.desks) {
    state.pieces.delete(keyOf(unit, from));
    state.pins.delete(keyOf(unit, from));
  } else state.pieces.set(keyOf(unit, from), { ...source, desks: source.desks - amount, people: source.people - people });
  state.pieces.set(keyOf(unit, to), { unit, floor: to, desks: (target?.desks || 0) + amount, people: (target?.people || 0) + people });
  state.moves.push({ unit, from, floor: to, desks: amount, people, wasPinned });
  state.pins.set(keyOf(unit, to), { unit, floor: to }); // who moves something by hand means it
}

/** Place desks of a unit that have no place yet. */
export function place(unit, floor, desks, people) {
  mark();
  const there = state.pieces.get(keyOf(unit, floor));
  state.pieces.set(keyOf(unit, floor), { unit, floor, desks: (there?.desks || 0) + desks, people: (there?.people || 0) + people });
  state.moves.push({ unit, from: null, floor, desks, people, wasPinned: false });
  state.pins.set(keyOf(unit, floor), { unit, floor });
}

/** Take a move back: the desks return to where they came from. */
export function unmove(one) {
  mark();
  const there = state.pieces.get(keyOf(one.unit, one.floor));
  state.moves = state.moves.filter((each) => each !== one);
  if (!there) return;
  const back = Math.min(one.desks, there.desks);
  const people = Math.min(one.people, there.people);
  if (there.desks > back) state.pieces.set(keyOf(one.unit, one.floor), { ...there, desks: there.desks - back, people: there.people - people });
  else {
    state.pieces.delete(keyOf(one.unit, one.floor));
    state.pins.delete(keyOf(one.unit, one.floor));
  }
  if (one.from === null) return;
  const home = state.pieces.get(keyOf(one.unit, one.from));
  state.pieces.set(keyOf(one.unit, one.from), { unit: one.unit, floor: one.from, desks: (home?.desks || 0) + back, people: (home?.people || 0) + people });
  if (one.wasPinned) state.pins.set(keyOf(one.unit, one.from), { unit: one.unit, floor: one.from });
}

export const isPinned = (unit, floor) => state.pins.has(keyOf(unit, floor));

export function togglePin(unit, floor) {
  mark();
  const key = keyOf(unit, floor);
  if (!state.pins.delete(key)) {
    state.pins.set(key, { unit, floor });
    state.forbidden.delete(key);
  }
}

export function forbid(unit, floor) {
  mark();
  state.forbidden.set(keyOf(unit, floor), { unit, floor });
  state.pins.delete(keyOf(unit, floor));
}

/** Return moves of people between two plans, most first: what a unit loses on floors goes to where it gains. */
export function differences(before, after) {
  const gained = new Map();
  const count = (rows, sign) => rows.forEach((row) => {
    const floors = gained.get(row.unit_id) ?? gained.set(row.unit_id, new Map()).get(row.unit_id);
    floors.set(row.floor_id, (floors.get(row.floor_id) ?? 0) + sign * row.people);
  });
  count(before, -1);
  count(after, 1);
  const lines = [];
  for (const [unit, floors] of gained) {
    const losses = [...floors].filter(([, people]) => people < 0).map(([floor, people]) => ({ floor, people: -people }));
    const gains = [...floors].filter(([, people]) => people > 0).map(([floor, people]) => ({ floor, people }));
    while (losses.length || gains.length) {
      const people = Math.min(losses[0]?.people ?? Infinity, gains[0]?.people ?? Infinity);
      lines.push({ unit, from: losses[0]?.floor ?? null, to: gains[0]?.floor ?? null, people });
      for (const side of [losses, gains]) if (side.length && (side[0].people -= people) === 0) side.shift();
    }
  }
  return lines.sort((a, b) => b.people - a.people || a.unit.localeCompare(b.unit));
}
