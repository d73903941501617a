// A picture that the kernel drew. Its marks are buttons: a click, Enter or the space bar on one sets
// the trait "chosen" to the source that the mark carries.
function render({ model, el }) {
  const view = el.ownerDocument.defaultView;
  const frame = el.ownerDocument.createElement("div");
  frame.className = "pk-picture";
  el.append(frame);

  const press = () => {
    for (const mark of frame.querySelectorAll("[data-source]")) {
      mark.setAttribute("aria-pressed", String(mark.dataset.source === model.get("chosen")));
    }
  };
  const draw = () => {
    const parsed = new view.DOMParser().parseFromString(model.get("svg"), "image/svg+xml");
    frame.replaceChildren(el.ownerDocument.importNode(parsed.documentElement, true));
    press();
  };
  const choose = (event) => {
    const mark = event.target.closest("[data-source]");
    if (!mark) return;
    event.preventDefault();
    model.set("chosen", mark.dataset.source);
    model.save_changes();
    // What is told of it may stand below the screen.
    const told = el.closest(".pk-fused")?.querySelector(".pk-source");
    told?.scrollIntoView({ block: "nearest" });
  };
  const onKeydown = (event) => {
    if (event.key === "Enter" || event.key === " ") choose(event);
  };
  el.addEventListener("click", choose);
  el.addEventListener("keydown", onKeydown);
  model.on("change:svg", draw);
  model.on("change:chosen", press);
  draw();
  return () => {
    el.removeEventListener("click", choose);
    el.removeEventListener("keydown", onKeydown);
    model.off("change:svg", draw);
    model.off("change:chosen", press);
    el.replaceChildren();
  };
}

export default { render };
