// What goes wrong between the page and its engine.

/** What went wrong, as problem details (RFC 9457) say it. */
export class Problem extends Error {
  constructor({ detail, title, code, status }) {
    super(detail || title || code);
    this.code = code || "unknown";
    this.status = status || 0;
  }
}

export const OFFLINE = "offline";
export const SUPERSEDED = "superseded";
export const STRANGER = "token"; // the server does not know this page
