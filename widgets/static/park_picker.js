// Selects for park, year, boundary and part. On a page a change opens the page of what was chosen;
// in a notebook it sets the traits and says that the cells below are to be run again.
const NAMES = ["park", "year", "boundary", "part"];

function render({ model, el }) {
  const made = (tag, className) => {
    const element = el.ownerDocument.createElement(tag);
    element.className = className;
    return element;
  };
  const row = made("div", "pk-picker");
  const note = made("p", "pk-picker-note");
  note.setAttribute("role", "status");
  const fields = Object.fromEntries(NAMES.map((name) => {
    const label = made("label", "pk-picker-field");
    const caption = made("span", "pk-picker-name");
    const select = made("select", "pk-picker-select");
    select.name = name;
    // JupyterLab else takes the arrow keys for moving between cells.
    select.setAttribute("data-lm-suppress-shortcuts", "true");
    label.append(caption, select);
    row.append(label);
    return [name, { label, caption, select }];
  }));
  el.append(row, note);

  // What was chosen by keyboard and not yet confirmed with Enter.
  let isPending = false;
  let isByKey = false;
  let isChanged = false;

  const draw = () => {
    const texts = model.get("texts");
    for (const name of NAMES) {
      const { label, caption, select } = fields[name];
      caption.textContent = texts[name];
      // A park without parts offers none.
      label.hidden = !model.get("options")[name].length;
      select.replaceChildren(...model.get("options")[name].map((given) => {
        const option = made("option", "");
        option.value = given.value;
        option.textContent = given.text;
        option.disabled = Boolean(given.is_disabled);
        return option;
      }));
    }
    restore();
  };
  const restore = () => {
    for (const name of NAMES) fields[name].select.value = model.get(name);
    isPending = false;
    tell();
  };
  const tell = (key) => {
    const now = key ?? (isPending ? "press_enter" : isChanged ? "run_again" : "");
    note.textContent = now ? model.get("texts")[now] : "";
  };

  const open = () => {
    const view = el.ownerDocument.defaultView;
    const address = new URL(view.location.href);
    const park = fields.park.select.value;
    address.searchParams.set("park", park);
    // What another park does not have is left out: its page then takes its own default.
    const given = model.get("options").park.find((each) => each.value === park);
    const parts = given.parts[fields.boundary.select.value] ?? [];
    const lists = [["year", given.years], ["boundary", given.boundaries], ["part", parts]];
    for (const [name, known] of lists) {
      const { value } = fields[name].select;
      if (known.map(String).includes(value)) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    isPending = false;
    tell("opening");
    view.location.assign(address);
  };

  const onChange = (event) => {
    const { name, value } = event.target;
    if (!model.get("is_page")) {
      isChanged = true;
      model.set(name, name === "year" ? Number(value) : value);
      model.save_changes();
      tell();
    } else if (isByKey) {
      // The arrow keys of a closed select pass through every value on the way.
      isPending = true;
      tell();
    } else open();
  };
  const onKeydown = (event) => {
    isByKey = event.key !== "Enter";
    if (event.key === "Enter" && isPending) open();
    if (event.key === "Escape" && isPending) restore();
  };
  const onPointer = () => { isByKey = false; };
  const onLeave = (event) => {
    if (isPending && !el.contains(event.relatedTarget)) restore();
  };
  const listened = [
    ["change", onChange], ["keydown", onKeydown], ["pointerdown", onPointer],
    ["focusout", onLeave],
  ];
  for (const [name, listener] of listened) row.addEventListener(name, listener);

  const watched = ["options", "texts", ...NAMES].map((name) => `change:${name}`);
  // Marks of broken parks arrive late: they must not undo a choice that waits for Enter.
  const onModel = () => { if (!isPending) draw(); };
  for (const name of watched) model.on(name, onModel);

  draw();
  model.send("shown");
  return () => {
    for (const [name, listener] of listened) row.removeEventListener(name, listener);
    for (const name of watched) model.off(name, onModel);
    el.replaceChildren();
  };
}

export default { render };
