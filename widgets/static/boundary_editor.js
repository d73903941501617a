// A map on plain paper on which a boundary is drawn: tools above it, what the kernel says of the
// drawing below it, a form to save it. Every number comes from the kernel.
import { L } from "./vendor/leaflet_geoman.js";

const DRAWN = { polygon: "Polygon", rectangle: "Rectangle", hole: "Cut" };
const GROUPS = [
  ["polygon", "rectangle"], ["vertices", "thin", "hole", "move", "erase"], ["undo", "redo", "fit"],
];
const FIELDS = ["author", "note", "valid_from"];
// More handles than this make a page slow: then only those next to the pointer are shown.
const HANDLES = 150;
const HANDLES_OF_MANY = 15;
const MANY_PIECES = 10;
const OTHER_PX = 1.5;
const PEN = { color: "#1f2d36", weight: 3 };
const OURS = { pmIgnore: true, snapIgnore: true };

function render({ model, el }) {
  const page = el.ownerDocument;
  const made = (tag, className, ...children) => {
    const element = page.createElement(tag);
    element.className = className;
    element.append(...children);
    return element;
  };
  const button = (name, className) => {
    const element = made("button", className);
    element.type = "button";
    element.dataset.name = name;
    return element;
  };
  const buttons = Object.fromEntries([...GROUPS.flat(), "finish", "cancel"].map(
    (name) => [name, button(name, "pk-editor-button")],
  ));
  const title = made("p", "pk-editor-title");
  const groups = GROUPS.map(
    (names) => made("div", "pk-editor-group", ...names.map((name) => buttons[name])),
  );
  const tools = made("div", "pk-editor-tools", ...groups);
  tools.setAttribute("role", "toolbar");
  const hint = made("p", "pk-editor-hint");
  hint.setAttribute("role", "status");
  const steps = made("div", "pk-editor-steps", hint, buttons.finish, buttons.cancel);
  const paper = made("div", "pk-editor-map");
  const line = made("p", "pk-editor-line");
  line.setAttribute("role", "status");
  const problems = made("ul", "pk-editor-problems");
  problems.setAttribute("role", "alert");
  const legend = made("ul", "pk-editor-legend");
  const fields = Object.fromEntries(FIELDS.map((name) => {
    const caption = made("span", "pk-editor-caption");
    const input = made("input", "pk-editor-input");
    input.name = name;
    input.autocomplete = "off";
    if (name === "valid_from") input.inputMode = "numeric";
    return [name, { caption, input, label: made("label", "pk-editor-field", caption, input) }];
  }));
  const save = made("button", "pk-editor-button pk-editor-save");
  const answer = made("p", "pk-editor-answer");
  answer.setAttribute("role", "status");
  const labels = FIELDS.map((name) => fields[name].label);
  const form = made("form", "pk-editor-form", ...labels, save, answer);
  form.noValidate = true;
  const root = made("div", "pk-editor", title, tools, steps, paper, line, problems, legend, form);
  // JupyterLab else takes the keys for moving between cells.
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  el.append(root);

  const map = L.map(paper, {
    center: [31, 120], zoom: 12, maxZoom: 22, zoomSnap: 0.25, attributionControl: false,
    zoomControl: false, scrollWheelZoom: false, doubleClickZoom: false,
  });
  map.pm.setGlobalOptions({ snappable: false, limitMarkersToCount: HANDLES });
  for (const [name, order] of [["pk-outlines", 350], ["pk-plants", 450], ["pk-crossings", 460]]) {
    map.createPane(name).style.zIndex = order;
  }
  const drawing = L.featureGroup().addTo(map);
  const outlines = L.layerGroup().addTo(map);
  const plants = L.layerGroup().addTo(map);
  const crossings = L.layerGroup().addTo(map);
  const corners = L.layerGroup();
  let zoom = null, north = null, tiles = null;

  let mode = "";
  let now = "";
  let before = [];
  let after = [];
  let swapped = [];
  let isDragging = false, isWaiting = false, isBehind = false, isGone = false, isFitted = false;

  const told = (name) => model.get("texts")[name];

  // ---- what is drawn, and its history
  // Every piece of a feature is a layer of its own, so that a tool acts on the piece under the
  // pointer; what is handed on are the features again, whole, each with its name and id.
  const wholes = new WeakMap();
  const shape = (layer) => layer.toGeoJSON(false).geometry;
  const pieces = ({ type, coordinates }) => (type === "Polygon" ? [coordinates] : coordinates);
  const joined = (whole, layers) => {
    const coordinates = layers.flatMap((layer) => pieces(shape(layer)));
    const isSingle = whole.geometry.type === "Polygon" && coordinates.length === 1;
    const geometry = isSingle
      ? { type: "Polygon", coordinates: coordinates[0] } : { type: "MultiPolygon", coordinates };
    return { ...whole, geometry };
  };
  const collected = () => {
    drawing.eachLayer((layer) => { if (!map.hasLayer(layer)) drawing.removeLayer(layer); });
    const layers = new Map();
    drawing.eachLayer((layer) => {
      const whole = wholes.get(layer);
      layers.set(whole, [...(layers.get(whole) ?? []), layer]);
    });
    const features = [...layers].map((each) => joined(...each));
    return { type: "FeatureCollection", features };
  };
  const moving = () => {
    isBehind = isWaiting;
    if (isWaiting) return;
    isWaiting = true;
    model.send({ kind: "moving", features: collected() });
  };
  const watch = (layer) => {
    layer.on("pm:markerdragstart pm:dragstart", () => { isDragging = true; });
    layer.on("pm:markerdrag pm:drag", moving);
    layer.on("pm:markerdragend pm:dragend", () => { isDragging = false; settle(); });
    layer.on("pm:vertexadded pm:vertexremoved", () => settle());
  };
  const draw = (whole, geometry = whole.geometry) => {
    for (const coordinates of pieces(geometry)) {
      const piece = { type: "Polygon", coordinates };
      L.geoJSON(piece, { style: { className: "pk-editor-drawn" } }).eachLayer((layer) => {
        wholes.set(layer, whole);
        drawing.addLayer(layer);
        watch(layer);
      });
    }
  };
  const redraw = (text) => {
    const kept = mode;
    stop();
    drawing.clearLayers();
    for (const whole of JSON.parse(text).features) draw(whole);
    now = JSON.stringify(collected());
    if (!DRAWN[kept]) start(kept);
  };
  const hand = (text) => {
    model.set("features", JSON.parse(text));
    model.save_changes();
    answer.textContent = "";
    enable();
  };
  // Later, when Geoman has done with its layers: a cut through three polygons is one step, and a
  // dragged midpoint, which first becomes a vertex, is one step with the drag.
  const settle = () => setTimeout(() => {
    if (isGone || isDragging) return;
    for (const { layer, original } of swapped) replace(layer, original);
    swapped = [];
    const text = JSON.stringify(collected());
    if (text === now) return tell(model.get("told"), model.get("states"));
    before = [...before, now];
    after = [];
    now = text;
    hand(text);
  }, 0);
  // Geoman makes a new layer of what is left of a cut one, which belongs to no feature.
  const replace = (layer, original) => {
    drawing.removeLayer(original);
    map.removeLayer(layer);
    const left = layer.toGeoJSON(false);
    for (const { geometry } of left.features ?? [left]) draw(wholes.get(original), geometry);
  };
  const undo = () => {
    const tool = map.pm.Draw[DRAWN[mode]];
    if (tool?.enabled()) {
      if (tool._removeLastVertex && mode !== "rectangle") tool._removeLastVertex();
      else stop();
      // Without a vertex left Geoman puts its tool away.
      if (!tool.enabled()) stop();
      return;
    }
    if (!before.length) return;
    after = [...after, now];
    redraw(before.at(-1));
    before = before.slice(0, -1);
    hand(now);
  };
  const redo = () => {
    if (!after.length || DRAWN[mode]) return;
    before = [...before, now];
    redraw(after.at(-1));
    after = after.slice(0, -1);
    hand(now);
  };

  // ---- the tools
  const edit = (options) => {
    const isMany = drawing.getLayers().length > MANY_PIECES;
    const limitMarkersToCount = isMany ? HANDLES_OF_MANY : HANDLES;
    map.pm.enableGlobalEditMode({ ...options, limitMarkersToCount });
  };
  const starts = {
    vertices: () => edit({ removeVertexOn: "contextmenu" }),
    thin: () => edit({ removeVertexOn: "click", hideMiddleMarkers: true }),
    move: () => map.pm.enableGlobalDragMode(),
    erase: () => map.pm.enableGlobalRemovalMode(),
  };
  const start = (name) => {
    mode = name;
    if (DRAWN[name]) {
      const language = model.get("language");
      map.pm.setLang(language, { tooltips: model.get("texts").tooltips }, "en");
      const hintlineStyle = { ...PEN, dashArray: "5 5" };
      map.pm.enableDraw(DRAWN[name], { templineStyle: PEN, hintlineStyle });
    } else starts[name]?.();
    show();
  };
  const stop = () => {
    mode = "";
    map.pm.disableDraw();
    map.pm.disableGlobalEditMode();
    map.pm.disableGlobalDragMode();
    map.pm.disableGlobalRemovalMode();
    show();
  };
  // When Geoman has put its own tools away.
  const leave = () => setTimeout(() => { if (!isGone) stop(); }, 0);
  const finish = () => {
    if (mode === "polygon" || mode === "hole") map.pm.Draw[DRAWN[mode]]._finishShape();
    else stop();
  };
  const fit = (...groups) => {
    const bounds = L.latLngBounds([]);
    for (const group of groups) {
      group.eachLayer((layer) => bounds.extend(layer.getBounds?.() ?? layer.getLatLng()));
    }
    if (!bounds.isValid()) return false;
    map.fitBounds(bounds, { padding: [36, 36], maxZoom: 17, animate: false });
    return true;
  };
  const acts = { undo, redo, fit: () => fit(drawing, corners), finish, cancel: () => stop() };
  const onClick = (event) => {
    const name = event.target.closest?.("button[data-name]")?.dataset.name;
    if (!name) return;
    if (acts[name]) return acts[name]();
    const wanted = name === mode ? "" : name;
    stop();
    start(wanted);
  };
  const onKeydown = (event) => {
    event.stopPropagation();
    const key = event.key.toLowerCase();
    if (event.target.matches("input")) return;
    if (key === "escape" && mode) stop();
    else if (key === "enter" && DRAWN[mode] && !event.target.matches("button")) finish();
    else if ((event.ctrlKey || event.metaKey) && key === "z" && !event.shiftKey) undo();
    else if ((event.ctrlKey || event.metaKey) && (key === "y" || key === "z")) redo();
    else return;
    event.preventDefault();
  };
  const onKey = (event) => event.stopPropagation();
  const onMenu = (event) => {
    event.stopPropagation();
    if (paper.contains(event.target)) event.preventDefault();
  };
  const onSubmit = (event) => {
    event.preventDefault();
    save.disabled = true;
    answer.className = "pk-editor-answer";
    answer.textContent = told("saving");
    const values = FIELDS.map((name) => [name, fields[name].input.value]);
    model.send({ kind: "save", ...Object.fromEntries(values) });
  };

  // ---- what is shown
  const show = () => {
    for (const [name, element] of Object.entries(buttons)) {
      if (!acts[name]) element.setAttribute("aria-pressed", String(name === mode));
    }
    hint.textContent = told(`hint_${mode || "none"}`) ?? "";
    buttons.finish.hidden = mode === "";
    buttons.cancel.hidden = !DRAWN[mode];
    paper.dataset.mode = mode;
    enable();
  };
  const enable = () => {
    buttons.undo.disabled = !before.length && !DRAWN[mode];
    buttons.redo.disabled = !after.length;
  };
  const caption = () => {
    title.textContent = told("title");
    for (const [name, element] of Object.entries(buttons)) {
      element.textContent = told(name);
      element.title = told(`title_${name}`) ?? told(name);
    }
    for (const name of FIELDS) fields[name].caption.textContent = told(name);
    save.textContent = told("save");
    tools.setAttribute("aria-label", told("tools"));
    paper.setAttribute("aria-label", told("map"));
    for (const control of [zoom, north]) control?.remove();
    zoom = L.control.zoom({ zoomInTitle: told("zoom_in"), zoomOutTitle: told("zoom_out") });
    zoom.addTo(map);
    north = L.control({ position: "topright" });
    north.onAdd = () => made("div", "pk-editor-north", told("north"));
    north.addTo(map);
    root.classList.toggle("pk-editor-fixed", !model.get("is_editable"));
    show();
  };
  const tip = (text) => made("span", "pk-editor-tip", text);
  const paint = (states) => plants.eachLayer((marker) => {
    const { state } = states[marker.options.place] ?? {};
    if (marker.options.state === state) return;
    marker.options.state = state;
    marker.setIcon(L.divIcon({ className: `pk-plant pk-plant-${state}`, iconSize: [16, 16] }));
    marker.setTooltipContent(tip(states[marker.options.place].text));
  });
  const tell = (said, states) => {
    line.replaceChildren(...said.line.map((text) => made("span", "", text)));
    problems.replaceChildren(...said.problems.map((text) => made("li", "", text)));
    crossings.clearLayers();
    for (const [lon, lat] of said.crossings) {
      const icon = L.divIcon({ className: "pk-crossing", iconSize: [26, 26] });
      const options = { ...OURS, icon, pane: "pk-crossings", interactive: false };
      L.marker([lat, lon], options).addTo(crossings);
    }
    paint(states);
  };
  const drawn = (tag, values, ...children) => {
    const element = L.SVG.create(tag);
    for (const [name, value] of Object.entries(values)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const sample = (pen, ...marks) => drawn(
    "svg", { width: 38, height: 12, "aria-hidden": "true" },
    drawn("path", { d: "M1 6H37", ...pen }), ...marks,
  );
  // By its dots and its weight, not by its colour: that is the physical boundary's as well.
  const edited = () => {
    const pen = { stroke: "var(--pk-editor-drawn)", "stroke-width": 3 };
    const ring = { stroke: pen.stroke, "stroke-width": 2, fill: "#fff", cy: 6, r: 4 };
    const dot = (cx) => drawn("circle", { ...ring, cx });
    return sample(pen, dot(8), dot(30));
  };
  const other = ({ color, dash }) => sample(
    { stroke: color, "stroke-dasharray": dash, "stroke-width": OTHER_PX },
  );
  const surround = () => {
    outlines.clearLayers();
    plants.clearLayers();
    corners.clearLayers();
    for (const { color, dash, geometry } of model.get("outlines")) {
      const style = { color, weight: OTHER_PX, dashArray: dash, fill: false };
      const still = { ...OURS, interactive: false, pane: "pk-outlines" };
      const layer = L.geoJSON(geometry, { ...still, style });
      layer.addTo(outlines);
      corners.addLayer(layer);
    }
    model.get("plants").forEach(({ lon, lat }, place) => {
      if (lon === null) return;
      // A click on a plant is a click on the map: a vertex can be put there.
      const passing = { keyboard: false, bubblingMouseEvents: true };
      const icon = L.divIcon({ className: "pk-plant", iconSize: [16, 16] });
      const marker = L.marker([lat, lon], { ...OURS, ...passing, icon, place, pane: "pk-plants" });
      marker.bindTooltip(tip(""));
      marker.addTo(plants);
      corners.addLayer(marker);
    });
    legend.replaceChildren(
      ...["in", "out", "unknown"].map((state) => made("li", "",
        made("i", `pk-plant pk-plant-${state}`), told(`plant_${state}`))),
      made("li", "", edited(), told("drawn")),
      ...model.get("outlines").map((each) => made("li", "", other(each), each.name)),
    );
    tell(model.get("told"), model.get("states"));
  };
  const tile = () => {
    tiles?.remove();
    const address = model.get("tile_url");
    tiles = address ? L.tileLayer(address, { maxZoom: 22 }).addTo(map) : null;
  };

  // ---- what the kernel says
  const onFeatures = () => {
    const text = JSON.stringify(model.get("features"));
    if (text === now) return;
    before = [...before, now];
    after = [];
    redraw(text);
    enable();
  };
  const onTold = () => tell(model.get("told"), model.get("states"));
  const onAnswer = () => {
    const { text, is_error: isError } = model.get("answer");
    save.disabled = false;
    answer.textContent = text;
    answer.className = `pk-editor-answer pk-editor-${isError ? "refused" : "saved"}`;
  };
  const onMessage = (message) => {
    if (message.kind !== "moved") return;
    tell(message.told, message.states);
    isWaiting = false;
    if (isBehind) moving();
  };
  const onTexts = () => { caption(); surround(); };
  const watched = [
    ["change:features", onFeatures], ["change:told", onTold], ["change:states", onTold],
    ["change:answer", onAnswer], ["change:texts", onTexts], ["change:outlines", surround],
    ["change:plants", surround], ["change:tile_url", tile], ["msg:custom", onMessage],
  ];
  for (const [name, listener] of watched) model.on(name, listener);
  const listened = [
    ["click", onClick], ["keydown", onKeydown], ["keyup", onKey], ["keypress", onKey],
    ["contextmenu", onMenu], ["submit", onSubmit],
  ];
  for (const [name, listener] of listened) root.addEventListener(name, listener);

  map.on("pm:create", ({ layer }) => {
    layer.remove();
    draw({ type: "Feature", properties: {}, geometry: shape(layer) });
    settle();
    leave();
  });
  map.on("pm:cut", ({ layer, originalLayer }) => {
    swapped = [...swapped, { layer, original: originalLayer }];
    settle();
    leave();
  });
  map.on("pm:remove", () => settle());
  // The wheel scrolls the page until the map was clicked.
  map.on("focus", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());
  L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);

  tile();
  caption();
  surround();
  redraw(JSON.stringify(model.get("features")));
  const size = new ResizeObserver(() => {
    map.invalidateSize({ animate: false });
    if (isFitted || !paper.clientWidth) return;
    isFitted = true;
    if (!fit(drawing)) fit(corners);
  });
  size.observe(paper);

  return () => {
    isGone = true;
    size.disconnect();
    for (const [name, listener] of listened) root.removeEventListener(name, listener);
    for (const [name, listener] of watched) model.off(name, listener);
    map.remove();
    el.replaceChildren();
  };
}

export default { render };
