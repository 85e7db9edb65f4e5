// Where the page without a server begins: the studio's page, with what surrounds it inside this file.

import "../../src/vermilion/studio/page/app.js";

const app = document.querySelector("v-app");

// What was said of a picture and not saved would be lost with the page: the browser asks first.
addEventListener("beforeunload", (event) => {
  if (app.studio?.pictures.some(({ picture }) => picture.state === "changed")) event.preventDefault();
});
