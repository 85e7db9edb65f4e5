// The edited versions that a picture's colours come from: a list for the page, controls for the engine.

/** What is said of a picture without a version. */
const NONE = Object.freeze({ colors_from: null, matches: [], trust: null, neutralize: false });

/** Versions as [{file, trust}], the later over the earlier; `trust`: null (what both show), a share, or a mask. */
export function versionsOf({ colors_from: files, trust }) {
  const trusts = [trust].flat();
  return [files]
    .flat()
    .filter(Boolean)
    .map((file, place) => ({ file, trust: trusts[place] ?? null }));
}

/** The changes of settings that make these the versions; matches of points belong to the first one. */
export function withVersions(settings, versions) {
  if (!versions.length) return NONE;
  const files = versions.map(({ file }) => file);
  const trusts = versions.map(({ trust }) => trust);
  const isSame = versionsOf(settings)[0]?.file.sha256 === files[0].sha256;
  return {
    colors_from: alone(files),
    trust: trusts.some((trust) => trust !== null) ? alone(trusts) : null,
    ...(isSame ? {} : { matches: [] }),
  };
}

const alone = (list) => (list.length > 1 ? list : list[0]);
