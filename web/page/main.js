// Where the page without a server begins: the studio's page, with what surrounds it inside this file.

import "../../src/vermilion/studio/page/app.js";

const app = document.querySelector("v-app");

// As the page of a web space it can be installed, and works without a network after that.
const isSite = location.protocol.startsWith("http") && /\/(index\.html)?$/.test(location.pathname);
if (isSite && globalThis.isSecureContext && navigator.serviceWorker) {
  document.head.append(
    Object.assign(document.createElement("link"), { rel: "manifest", href: "manifest.webmanifest" }),
  );
  navigator.serviceWorker.register("sw.js").catch(console.error);
}

// What was said of a picture and not saved would be lost with the page: the browser asks first.
addEventListener("beforeunload", (event) => {
  if (app.studio?.pictures.some(({ picture }) => picture.state === "changed")) event.preventDefault();
});
