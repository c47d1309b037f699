// What the page knows: the scenario, the plan, and what was changed by hand. Nothing is drawn here.

export const state = {
  scenario: null, // as JSON, as it was accepted
  job: null, // of the plan
  plan: null, // plan.json
  before: null, // the plan that the differences are told against
  failed: null, // {scenario, plan} of an answer that there is no plan
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
};

export const keyOf = (unit, floor) => `${unit}\n${floor}`;

/** Take a plan as it came; of what was changed by hand, pins and what is forbidden may stay. */
export function take(scenario, plan, job, kept = null) {
  Object.assign(state, { scenario, plan, job });
  if (!kept) state.current = scenario.current;
  reset();
  for (const one of kept?.pins ?? []) if (state.pieces.has(keyOf(one.unit, one.floor))) state.pins.set(keyOf(one.unit, one.floor), one);
  for (const one of kept?.forbidden ?? []) state.forbidden.set(keyOf(one.unit, one.floor), one);
  state.kept = new Set(rulesMade());
}

const rulesMade = () => [...[...state.pins.keys()].map((key) => `pin ${key}`), ...[...state.forbidden.keys()].map((key) => `never ${key}`)];

export function reset() {
  state.pieces = new Map((state.plan?.placements || []).map((row) => [keyOf(row.unit_id, row.floor_id), { unit: row.unit_id, floor: row.floor_id, desks: row.desks, people: row.people }]));
  state.pins = new Map();
  state.forbidden = new Map();
  state.moves = [];
  state.headcounts = new Map();
  state.ratio = null;
}

/** Whether anything differs from the plan as it was solved. */
export function isChanged() {
  const made = rulesMade();
  return state.moves.length + state.headcounts.size > 0 || state.ratio !== null || made.length !== state.kept.size || made.some((key) => !state.kept.has(key));
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

function isIn(scenario, id, place) {
  const tower = scenario.floors.find((floor) => floor.floor_id === id)?.tower_id;
  const complex = scenario.towers?.find((row) => row.tower_id === tower)?.complex_id ?? tower;
  return [id, tower, complex].includes(place);
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

/** Take a move back: the desks return to where they came from. */
export function unmove(one) {
  const there = state.pieces.get(keyOf(one.unit, one.floor));
  state.moves = state.moves.filter((each) => each !== one);
  if (!there) return;
  const back = Math.min(one.desks, there.desks);
  const home = state.pieces.get(keyOf(one.unit, one.from));
  const people = Math.min(one.people, there.people);
  if (there.desks > back) state.pieces.set(keyOf(one.unit, one.floor), { ...there, desks: there.desks - back, people: there.people - people });
  else {
    state.pieces.delete(keyOf(one.unit, one.floor));
    state.pins.delete(keyOf(one.unit, one.floor));
  }
  state.pieces.set(keyOf(one.unit, one.from), { unit: one.unit, floor: one.from, desks: (home?.desks || 0) + back, people: (home?.people || 0) + people });
  if (one.wasPinned) state.pins.set(keyOf(one.unit, one.from), { unit: one.unit, floor: one.from });
}

export const isPinned = (unit, floor) => state.pins.has(keyOf(unit, floor));

export function togglePin(unit, floor) {
  const key = keyOf(unit, floor);
  if (!state.pins.delete(key)) {
    state.pins.set(key, { unit, floor });
    state.forbidden.delete(key);
  }
}

export function forbid(unit, floor) {
  state.forbidden.set(keyOf(unit, floor), { unit, floor });
  state.pins.delete(keyOf(unit, floor));
}
