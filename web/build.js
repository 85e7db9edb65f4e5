// Makes one HTML file of the studio's page, the engine in JavaScript, ONNX Runtime Web and the shipped model.
// The same sources give the same bytes: nothing of the time or the machine goes into it.

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const WEB = dirname(fileURLToPath(import.meta.url));
const SOURCE = join(WEB, "..", "src", "vermilion");
const STUDIO = join(SOURCE, "studio", "page");
const RUNTIME = join(WEB, "node_modules", "onnxruntime-web");
const LOOKS = ["autochrome", "faded-print", "hand-tinted", "muted", "natural", "two-strip", "vivid"];
const STYLES = ["base", "layout", "stage", "parts", "narrow"];

const read = (path) => readFileSync(path, "utf8");
const digest = (bytes, form) => createHash("sha256").update(bytes).digest(form);

/** The studio's page asks its surroundings for what the server would give; here they are other ones. */
const surroundings = {
  name: "surroundings",
  setup({ onResolve }) {
    onResolve({ filter: /\/surroundings\.js$/ }, ({ resolveDir }) =>
      resolveDir.startsWith(STUDIO) ? { path: join(WEB, "page", "surroundings.js") } : undefined,
    );
  },
};

// What a page of a web space may ask for: a file beside it. The one file asks for nothing.
const BESIDE = "connect-src 'self'";

// Chromium starts no module worker from a blob of a page that was opened as a file, so the worker is a classic one.
const CLASSIC = { format: "iife", define: { "import.meta.url": "self.location.href" } };

async function bundled(entry, more = {}) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    minify: true,
    charset: "utf8",
    legalComments: "none",
    absWorkingDir: WEB,
    logLevel: "warning",
    ...more,
  });
  return outputFiles[0].text;
}

/** A look file: a flat TOML table whose values are also JSON. */
function lookOf(name) {
  const lines = read(join(SOURCE, "guidance", "looks", `${name}.toml`))
    .trim()
    .split("\n");
  return Object.fromEntries(
    lines.map((line) => {
      const [, key, value] = /^(\w+) = (.*)$/.exec(line);
      return [key, JSON.parse(value)];
    }),
  );
}

/** gzip without a name or a time. */
function packed(bytes) {
  const content = gzipSync(bytes, { level: 9 });
  content[9] = 255; // of which system, it does not say
  return content;
}

/** Bytes as a part of the page, as text. */
const part = (id, bytes) =>
  `<script id="${id}" type="text/plain">${packed(bytes).toString("base64")}</script>`;

function factsOf(model, runtime) {
  const [, version] = /__version__ = "([^"]+)"/.exec(read(join(SOURCE, "__init__.py")));
  return {
    version,
    runtime: `ONNX Runtime Web ${runtime}`,
    modelHash: digest(readFileSync(join(model, "model.json")), "hex"),
    looks: Object.fromEntries(LOOKS.map((name) => [name, lookOf(name)])),
  };
}

/** The part of the card that the page needs. */
function cardOf(model) {
  const { name, version, working_size, stride, bins, temperature, calibration } = JSON.parse(
    read(join(model, "model.json")),
  );
  return JSON.stringify({ name, version, working_size, stride, bins, temperature, calibration });
}

/** The program for graphics processors, which lies beside the page of a web space, and what the page knows of it. */
async function besideOf(runtime) {
  const content = packed(readFileSync(join(RUNTIME, "dist", "ort-wasm-simd-threaded.jspi.wasm")));
  const file = `webgpu-${runtime}.part`;
  const worker = part("gpu-worker", await bundled(join(WEB, "engine", "gpu-worker.js"), CLASSIC));
  return { content, worker, gpu: { file, integrity: `sha256-${digest(content, "base64")}` } };
}

/** What a page is made of, but for what differs between the one file and the page of a web space. */
async function pieces(model, runtime) {
  const css = { loader: { ".svg": "dataurl" }, stdin: undefined };
  const styles = STYLES.map((name) => bundled(join(STUDIO, "css", `${name}.css`), css));
  return {
    script: await bundled(join(WEB, "page", "main.js"), { plugins: [surroundings] }),
    style: (await Promise.all(styles)).join(""),
    facts: factsOf(model, runtime),
    parts: [
      part("worker", await bundled(join(WEB, "engine", "worker.js"), CLASSIC)),
      part("card", cardOf(model)),
      part("wasm", readFileSync(join(RUNTIME, "dist", "ort-wasm-simd-threaded.wasm"))),
      part("encoder", readFileSync(join(model, "encoder.onnx"))),
      part("decoder", readFileSync(join(model, "decoder.onnx"))),
    ],
  };
}

/** The page as text; `beside` for one of a web space. */
function pageOf({ script, style, facts, parts }, runtime, beside = null) {
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${digest(script, "base64")}' blob: 'wasm-unsafe-eval'`,
    `style-src 'sha256-${digest(style, "base64")}'`,
    "worker-src blob: 'self'", // 'self' is the service worker of a web space
    "manifest-src 'self'",
    ...(beside ? [BESIDE] : []),
    "img-src blob: data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const filled = {
    version: facts.version,
    runtime,
    licence: read(join(WEB, "onnxruntime-web.LICENSE")).trim(),
    policy,
    icon: `data:image/svg+xml,${encodeURIComponent(read(join(STUDIO, "icon.svg")).trim())}`,
    style,
    icons: read(join(STUDIO, "icons.svg")).trim(),
    facts: JSON.stringify({ ...facts, gpu: beside?.gpu ?? null }).replaceAll("<", "\\u003c"),
    parts: [...parts, ...(beside ? [beside.worker] : [])].join("\n  "),
    script,
  };
  return read(join(WEB, "page", "page.html")).replace(/\{(\w+)\}/g, (_, name) => filled[name]);
}

async function main(output, model, site) {
  const runtime = JSON.parse(read(join(RUNTIME, "package.json"))).version;
  const made = await pieces(model, runtime);
  const page = pageOf(made, runtime);
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, page);
  report(output, page, made);
  if (site) await writeSite(site, made, runtime);
}

/** A folder for a web space: the page, what installs it, and what it may ask for. */
async function writeSite(site, made, runtime) {
  const beside = await besideOf(runtime);
  mkdirSync(site, { recursive: true });
  writeFileSync(join(site, "index.html"), pageOf(made, runtime, beside));
  writeFileSync(join(site, beside.gpu.file), beside.content);
  const licences = ["onnxruntime-web", "dawn"].map((name) => read(join(WEB, `${name}.LICENSE`)).trim());
  writeFileSync(join(site, "licences.txt"), `${beside.gpu.file}:\n\n${licences.join("\n\n---\n\n")}\n`);
  for (const name of ["sw.js", "manifest.webmanifest"]) copyFileSync(join(WEB, "page", name), join(site, name));
  copyFileSync(join(STUDIO, "icon.svg"), join(site, "icon.svg"));
  console.log(`${site}: ${beside.gpu.file}, ${size(beside.content)}, beside the page`);
}

const size = ({ length }) => `${(length / 1e6).toFixed(2)} MB`;

function report(output, page, { parts, script, style }) {
  console.log(`${output}: ${size(page)}`);
  for (const text of parts) console.log(`  ${/id="(\w+)"/.exec(text)[1]}: ${size(text)}`);
  console.log(`  page: ${size(script)}, styles: ${size(style)}`);
}

const [output = join(WEB, "..", "dist", "vermilion.html"), model = join(SOURCE, "models", "vermilion"), site] =
  process.argv.slice(2);
await main(resolve(output), resolve(model), site && resolve(site));
