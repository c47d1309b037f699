// What the page knows: the scenario, the plan, and what was changed by hand. Nothing is drawn here.

export const state = {
  scenario: null, // as JSON, as it was accepted
  job: null, // of the plan
  record: null, // of that job, with its label
  plan: null, // plan.json
  before: null, // the plan that the differences are told against
  failed: null, // {scenario, plan, explanation} of an answer that there is no plan
  edits: [], // what was changed by hand, in order; all the rest below follows from it
  past: [], // the edits before each change
  pieces: new Map(), // "unit\nfloor" -> {unit, floor, desks, people}; people count where capacity is by chance
  pins: new Map(), // the same keys -> {unit, floor}
  forbidden: new Map(),
  headcounts: new Map(), // unit -> people
  ratio: null, // people per desk, changed
  kept: { pins: [], forbidden: [] }, // what the plan was solved with
  current: undefined, // today's plan, as the scenario had it
  predecessors: undefined, // what its units have become, likewise
  look: null, // what the service says of the plan as it stands
  chosen: null, // organisation
};

export const keyOf = (unit, floor) => `${unit}\n${floor}`;
export const rowsOf = (placements) => placements.map(({ unit_id, floor_id, desks, people }) => ({ unit_id, floor_id, desks, people }));
const MOST_PAST = 100;

/** Take a plan as it came; of what was changed by hand before, pins and what is forbidden may stay. */
export function take(scenario, plan, job, kept = null) {
  Object.assign(state, { scenario, plan, job, past: [], edits: [], kept: kept ?? { pins: [], forbidden: [] } });
  if (!kept) Object.assign(state, { current: scenario.current, predecessors: scenario.predecessors });
  replay();
}

/** Work out how the plan stands once all edits are done to it. */
function replay() {
  const placed = (state.plan?.placements ?? []).map((row) => [keyOf(row.unit_id, row.floor_id), { unit: row.unit_id, floor: row.floor_id, desks: row.desks, people: row.people }]);
  const keyed = (list) => new Map(list.map((one) => [keyOf(one.unit, one.floor), one]));
  Object.assign(state, { pieces: new Map(placed), headcounts: new Map(), ratio: null, forbidden: keyed(state.kept.forbidden) });
  state.pins = keyed(state.kept.pins.filter((one) => state.pieces.has(keyOf(one.unit, one.floor))));
  for (const one of state.edits) DO[one.kind](one, keyOf(one.unit, one.floor));
}

const DO = {
  ratio: (one) => { state.ratio = one.ratio; },
  people: (one) => { state.headcounts.set(one.unit, one.people); },
  pin: (one, key) => { state.pins.set(key, one); state.forbidden.delete(key); },
  forbid: (one, key) => { state.forbidden.set(key, one); state.pins.delete(key); },
  free: (_one, key) => { state.pins.delete(key); state.forbidden.delete(key); },
  move(one, key) {
    const home = keyOf(one.unit, one.from), source = state.pieces.get(home);
    if (one.from !== null && !source) return; // it was moved away by a move that was taken back
    const desks = source ? Math.min(one.desks, source.desks) : one.desks;
    const people = source ? Math.round((source.people * desks) / source.desks) : one.people;
    if (source) {
      state.pieces.set(home, { ...source, desks: source.desks - desks, people: source.people - people });
      if (source.desks === desks) for (const held of [state.pieces, state.pins]) held.delete(home);
    }
    const there = state.pieces.get(key);
    state.pieces.set(key, { unit: one.unit, floor: one.floor, desks: (there?.desks ?? 0) + desks, people: (there?.people ?? 0) + people });
    state.pins.set(key, one); // who moves something by hand means it
  },
};
const SLOT = { ratio: () => "ratio", people: (one) => `people ${one.unit}`, move: () => null };
const slot = (one) => (SLOT[one.kind] ?? (() => keyOf(one.unit, one.floor)))(one);

function turn(edits) {
  state.past = [...state.past, state.edits].slice(-MOST_PAST);
  state.edits = edits;
  replay();
}

/** Change something by hand: in the place of what was said of it before, if it differs from the plan. */
export function edit(one) {
  const mine = slot(one), others = state.edits.filter((each) => mine === null || slot(each) !== mine);
  turn(others);
  const key = keyOf(one.unit, one.floor);
  const isSame = { ratio: () => Math.abs(one.ratio - ratioOf(state.scenario)) < 1e-9, people: () => one.people === peopleOf(one.unit), free: () => !state.pins.has(key) && !state.forbidden.has(key), pin: () => state.pins.has(key) };
  if (!isSame[one.kind]?.()) state.edits = [...others, one];
  replay();
}

export const drop = (one) => turn(state.edits.filter((each) => each !== one));
export const reset = () => turn([]);

export function undo() {
  if (!state.past.length) return false;
  state.edits = state.past.pop();
  replay();
  return true;
}

/** Return what work in the browser's own store gives; nothing in a browser that keeps nothing. */
function stored(work) {
  try { return work(localStorage); } catch { return null; }
}

export const forgetEdits = (job) => stored((store) => store.removeItem(`edits ${job}`));

/** Keep in the browser what was changed by hand, until the plan is solved again. */
export function keepEdits() {
  if (!isChanged()) forgetEdits(state.job);
  else if (state.job) stored((store) => store.setItem(`edits ${state.job}`, JSON.stringify(state.edits)));
}

export function restoreEdits() {
  const kept = stored((store) => JSON.parse(store.getItem(`edits ${state.job}`)));
  if (Array.isArray(kept)) state.edits = kept;
  replay();
}

/** Whether anything differs from the plan as it was solved. */
export const isChanged = () => state.edits.length > 0;
/** Return the rows of a unit that count: those of the scheme in force, of all waves. */
function rowsOfUnit(unit, scenario) {
  const scheme = scenario.settings?.options?.scheme || scenario.headcounts.map((row) => row.scheme).filter(Boolean).sort()[0];
  return scenario.headcounts.filter((row) => row.unit_id === unit && (!row.scheme || row.scheme === scheme));
}
export const peopleOf = (unit, scenario = state.scenario) => rowsOfUnit(unit, scenario).reduce((sum, row) => sum + row.headcount, 0);
export const placements = () => [...state.pieces.values()].map(({ unit, floor, desks, people }) => ({ unit_id: unit, floor_id: floor, desks, people }));

/** Return the people per desk of a scenario, which may be written as a fraction. */
export function ratioOf(scenario) {
  const [people, desks = 1] = String(scenario?.settings?.sharing?.people_per_desk ?? 1).split("/").map(Number);
  return people / desks;
}

const withSetting = (scenario, part, change) => ({ ...scenario, settings: { ...scenario.settings, [part]: { ...scenario.settings?.[part], ...change } } });

/** Return a scenario with another ratio for those who have none of their own. */
export const withRatio = (scenario, ratio) => withSetting(scenario, "sharing", { people_per_desk: String(ratio) });

/** Return a scenario with a headcount scheme chosen. */
export const withScheme = (scenario, scheme) => withSetting(scenario, "options", { scheme });

/** Return the scenario with what was changed by hand: headcounts, ratio, pins and what is forbidden. */
export function changedScenario({ pins = true, forbidden = true } = {}) {
  let scenario = { ...state.scenario };
  if (state.ratio !== null) scenario = withRatio(scenario, state.ratio);
  if (state.headcounts.size) scenario.headcounts = withPeople(scenario);
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
  const kept = (scenario.rules || []).filter((row) => row.rule === "kept_for" && at(row)); // each place by itself
  const isMine = (place) => kept.some((row) => row.object === place && [unit, body].includes(row.subject));
  if (!kept.every((row) => isMine(row.object))) return "violation.kept_for";
  const isOutside = ([low, high]) => floor.level < low || floor.level > high;
  return mine.some((row) => row.rule === "levels" && isOutside(row.value.split("..").map(Number))) ? "violation.levels" : null;
}

export function organisationOf(unit) {
  const row = state.scenario.units?.find((each) => each.unit_id === unit) ?? state.scenario.headcounts.find((each) => each.unit_id === unit);
  return row?.organisation_id || unit;
}

/** Return the headcounts with those that were changed: where several waves bring a unit, the last brings the rest. */
function withPeople(scenario) {
  const changed = new Map([...state.headcounts].map(([unit, people]) => [unit, { left: people, rows: rowsOfUnit(unit, scenario) }]));
  return scenario.headcounts.map((row) => {
    const mine = changed.get(row.unit_id);
    if (!mine?.rows.includes(row)) return row;
    const headcount = row === mine.rows.at(-1) ? mine.left : Math.min(row.headcount, mine.left);
    mine.left -= headcount;
    return { ...row, headcount, ...((row.own_desks || 0) > headcount ? { own_desks: headcount } : {}) };
  });
}

export const isPinned = (unit, floor) => state.pins.has(keyOf(unit, floor));

/** Return the keys of the pieces that moves lead to, or come from. */
export const endsOf = (lines, end) => new Set(lines.filter((line) => line[end]).map((line) => keyOf(line.unit, line[end])));

/** Return moves of people between two plans, most first: what a unit loses on floors goes to where it gains. */
export function differences(before, after) {
  const gained = new Map();
  for (const [rows, sign] of [[before, -1], [after, 1]]) {
    for (const { unit_id, floor_id, people } of rows) {
      const floors = gained.get(unit_id) ?? gained.set(unit_id, new Map()).get(unit_id);
      floors.set(floor_id, (floors.get(floor_id) ?? 0) + sign * people);
    }
  }
  const lines = [];
  for (const [unit, floors] of gained) {
    const side = (sign) => [...floors].map(([floor, people]) => ({ floor, people: sign * people })).filter((one) => one.people > 0);
    const losses = side(-1), gains = side(1);
    while (losses.length || gains.length) {
      const people = Math.min(losses[0]?.people ?? Infinity, gains[0]?.people ?? Infinity);
      lines.push({ unit, from: losses[0]?.floor ?? null, to: gains[0]?.floor ?? null, people });
      for (const each of [losses, gains]) if (each.length && (each[0].people -= people) === 0) each.shift();
    }
  }
  return lines.sort((a, b) => b.people - a.people || a.unit.localeCompare(b.unit));
}
