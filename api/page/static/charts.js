// Vega in the page: loaded when first needed, without eval, tooltips in our own style.

import { byId } from "./dom.js";

let loading = null;

function loadVega() {
  loading ||= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = document.querySelector("script[data-vega]").dataset.vega;
    script.onload = done;
    script.onerror = () => { loading = null; failed(new Error("vega.js")); };
    document.head.append(script);
  });
  return loading;
}

const shown = new Map();

/** Draw a specification into an element, in the place of what was there; return its view. */
export async function draw(id, specification) {
  await loadVega();
  const result = await window.vegaEmbed(byId(id), specification, {
    ast: true,
    actions: false,
    renderer: "svg",
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    config: { aria: false },
  });
  byId(id).querySelector("svg")?.setAttribute("aria-hidden", "true"); // its holder says what it is
  shown.get(id)?.finalize();
  shown.set(id, result);
  return result.view;
}
