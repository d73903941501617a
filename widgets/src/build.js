// Builds static/vendor (or the folder named as the first argument) from node_modules: Leaflet and
// Geoman as one module, their style sheets as one, their licences. Run it by `make widgets`.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(home, "node_modules");
const out = resolve(process.argv[2] ?? join(home, "static", "vendor"));
const text = (...path) => readFileSync(join(...path), "utf8");

// A function of its own keeps the many short names of a minified library from ours, which is put
// below it in the same module: a page can only be handed one.
const script = async () => {
  const { outputFiles } = await build({
    entryPoints: [join(home, "src", "entry.js")],
    inject: [join(home, "src", "leaflet.js")],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    globalName: "vendor",
    target: "es2020",
    charset: "utf8",
    legalComments: "none",
  });
  return `// See LICENSES.txt\n${outputFiles[0].text}export const { L } = vendor;\n`;
};

// Every rule counts only inside an editor, so that it meets no other map of the page.
const style = async () => {
  const rules = ["leaflet/dist/leaflet.css",
    "@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.css"].map((name) => text(modules, name));
  // Icons of controls that the editor does not show, by files that are not there.
  const own = rules.join("\n").replace(/url\(images\/[^)]*\)/g, "none");
  const { code } = await transform(`.pk-editor {${own}}`, {
    loader: "css", minify: true, target: "chrome100", charset: "utf8",
  });
  return `/* See LICENSES.txt */\n${code}`;
};

const licence = (path) => {
  const { name, version, license } = JSON.parse(text(home, path, "package.json"));
  const file = readdirSync(join(home, path)).sort().find((each) => /^licen[cs]e/i.test(each));
  const told = file ? text(home, path, file).trim().replaceAll("\r", "") : "";
  return `${name} ${version} (${license})\n${"=".repeat(72)}\n${told}\n`;
};

const licences = () => {
  const { packages } = JSON.parse(text(home, "package-lock.json"));
  const shipped = Object.keys(packages).filter((path) => path && !packages[path].dev).sort();
  return shipped.filter((path) => existsSync(join(home, path))).map(licence).join("\n");
};

mkdirSync(out, { recursive: true });
for (const [name, content] of [
  ["leaflet_geoman.js", await script()],
  ["leaflet_geoman.css", await style()],
  ["LICENSES.txt", licences()],
]) writeFileSync(join(out, name), content);
