// What a person set up, remembered by the browser.

const KEY = "vermilion-studio";

const DEFAULTS = {
  theme: "auto",
  language: "",
  keys: true,
  compare: "slider",
  panel: "colors",
  recent: [],
  kept: [],
  save: { format: "same", depth: "same", mark: true, recipe: true, confidence: false, target: "" },
  seenCompare: false,
};

function read() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) || "{}") };
  } catch {
    return { ...DEFAULTS };
  }
}

export const settings = read();

/** Change settings and remember them. */
export function remember(changes) {
  Object.assign(settings, changes);
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // A browser that remembers nothing still works.
  }
}

/** Show the theme that is set. */
export function showTheme() {
  document.documentElement.dataset.theme = settings.theme;
}

const MOST_RECENT = 8;

/** Put a colour first among the recent ones. */
export function useColor(color) {
  remember({ recent: [color, ...settings.recent.filter((other) => other !== color)].slice(0, MOST_RECENT) });
}

/** Keep a colour, or let it go if it was kept. */
export function keepColor(color) {
  const others = settings.kept.filter((other) => other !== color);
  remember({ kept: others.length < settings.kept.length ? others : [...others, color] });
}
