// The bar, in the language of the address; its links carry on the park, year and boundary chosen.
(() => {
  const texts = JSON.parse(document.getElementById("pk-texts").textContent);
  const bar = document.getElementById("pk-bar");
  const asked = new URLSearchParams(location.search);
  const language = asked.get("lang") in texts.title ? asked.get("lang") : texts.language;
  const other = Object.keys(texts.title).find((name) => name !== language);

  const address = (file, lang) => {
    const query = new URLSearchParams();
    for (const name of texts.carried) if (asked.get(name)) query.set(name, asked.get(name));
    query.set("lang", lang);
    return `${bar.dataset.base}voila/render/${file}?${query}`;
  };
  const link = (file, text, lang) => {
    const element = document.createElement("a");
    element.href = address(file, lang);
    element.textContent = text;
    return element;
  };

  document.documentElement.lang = texts.html_lang[language];
  bar.setAttribute("aria-label", texts.chapters_name[language]);
  const title = document.createElement("strong");
  title.textContent = texts.title[language];
  const list = document.createElement("ol");
  const here = decodeURIComponent(location.pathname.split("/").pop());
  for (const chapter of texts.chapters) {
    const element = link(chapter.file, chapter[language], language);
    if (chapter.file === here) {
      element.setAttribute("aria-current", "page");
      document.title = `${chapter[language]} · ${texts.title[language]}`;
    }
    const item = document.createElement("li");
    item.append(element);
    list.append(item);
  }
  const toggle = link(here, texts.other_language[language], other);
  toggle.className = "pk-language";
  toggle.lang = texts.html_lang[other];
  bar.append(title, list, toggle);
  // On a narrow screen the chapters scroll; the one we are in is to be seen.
  const current = list.querySelector("[aria-current]");
  if (current) list.scrollLeft = current.offsetLeft - (list.clientWidth - current.offsetWidth) / 2;

  const note = document.getElementById("loading_text");
  const progress = document.getElementById("pk-progress");
  note.textContent = texts.calculating[language];
  // Voila calls these while cells run, when a cell takes long, and at the end.
  window.voila_heartbeat = () => {};
  window.voila_process = (index, count) => {
    progress.max = count;
    progress.value = index;
  };
  window.display_cells = () => {
    // The styles come with the program of the page; before that the cells would flash unstyled.
    if (!window.themeLoaded) {
      window.cellLoaded = true;
      return;
    }
    document.getElementById("loading")?.remove();
    document.getElementById("rendered_cells").style.display = "";
  };
  window.voila_finish = window.display_cells;
})();
