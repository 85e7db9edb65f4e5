// What a result may have to leave out, as notes name it.

export const THINGS = {
  depth: "its 16 bits",
  coefficients: "its JPEG coefficients",
  profile: "its colour profile",
  metadata: "its metadata",
};

/** "one, two and three", in English or with another word for "and". */
export const listed = (words, and = "and") =>
  words.length > 1 ? `${words.slice(0, -1).join(", ")} ${and} ${words.at(-1)}` : words[0];
