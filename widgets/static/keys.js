// Keeps JupyterLab's shortcuts out of the box this stands in: there the arrow keys belong to the
// lists and Enter to the buttons, not to the cells.
const MARK = "data-lm-suppress-shortcuts";

function render({ el }) {
  // JupyterLab asks the element that has the focus, so each is marked when it gets it.
  const mark = (event) => event.target.setAttribute(MARK, "true");
  const view = el.ownerDocument.defaultView;
  let box = null;
  // The box is built before it is put on the page, so it is looked for once it is there.
  const waiting = view.requestAnimationFrame(() => {
    box = el.parentElement?.closest(".widget-vbox") ?? null;
    box?.addEventListener("focusin", mark);
  });
  return () => {
    view.cancelAnimationFrame(waiting);
    box?.removeEventListener("focusin", mark);
  };
}

export default { render };
