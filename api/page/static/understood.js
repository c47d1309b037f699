// What was understood of a ministry's own tables: questions to choose an answer to, and every decision.

import { announce, byId, el, fill, hide, scrolled, table, words, write } from "./dom.js";
import { number, t } from "./texts.js";

const SURE = 0.8, LIKELY = 0.6;

/** Show the questions that are open; `again` is called with the answers, as KEY=VALUE. */
export function showQuestions(found, again) {
  hide("understood", false);
  write("understood-title", t(found.questions.length ? "import.page_questions" : "import.sheet_title"));
  const form = el("form", { className: "questions" }, ...found.questions.map(question),
    el("button", { className: "primary", type: "submit", textContent: t("import.page_go_on") }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    again(found.questions.map((each, at) => `${each.key}=${form.elements[`answer-${at}`].value.trim() || each.chosen}`));
  });
  fill("understood-body", found.questions.length ? form : null, decisions(found.decisions));
  if (!found.questions.length) return;
  byId("understood").focus();
  announce(byId("understood-title").textContent);
}

const placeOf = (each) => [each.place, each.cell || (each.row === null ? "" : `${t("start.row")} ${each.row}`)].filter(Boolean).join(", ");

function question(each, at) {
  const id = `answer-${at}`;
  const options = each.choices.map((choice) => el("option", { value: choice.value, textContent: choice.said, selected: choice.value === each.chosen }));
  const box = options.length ? el("select", { id, name: id }, ...options) : free(each, id);
  const what = each.what === each.key ? [] : [words("strong", each.what), " "];
  return el("p", {}, el("label", { for: id }, ...what, words("small", placeOf(each)), el("br"), each.reason), el("br"), box);
}

/** Return a field for any answer; a proposal that is no text of its own stands for an empty one. */
function free(each, id) {
  const proposed = each.said === each.chosen ? { value: each.chosen, required: true } : { placeholder: each.said };
  return el("input", { id, name: id, type: "text", size: 40, ...proposed });
}

function decisions(list) {
  const heads = ["where", "what", "taken_for", "sure", "why"].map((key) => [t(`import.${key}`)]);
  const rows = list.map((each) => [
    placeOf(each),
    each.count > 1 ? `${each.what} (×${number(each.count)})` : each.what,
    each.said,
    t(`import.sure_${sureness(each)}`),
    each.reason,
  ]);
  const grid = scrolled(t("import.sheet_title"), table(heads, rows));
  return el("details", { open: list.some((each) => each.source === "open") }, words("summary", t("import.page_decisions", { count: list.length })), grid);
}

function sureness(each) {
  if (each.source !== "rule") return each.source;
  return each.confidence >= SURE ? "high" : each.confidence >= LIKELY ? "middle" : "low";
}
