// The mark in a PNG's XMP: that a model made the colours, and by which recipe. As vermilion.pictures.provenance.marks.

import { utf8 } from "./bytes.js";

const OURS = "18d0fa49-dc60-4ebe-bbd5-df925f4115fa";
const SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";

/**
 * @param {{version: string, model: string, modelHash: string, recipeHash: string, optionsHash: string}} mark
 * @param {string} scanHash
 */
export async function xmpOf(mark, scanHash) {
  const entries = [
    ["xmp:CreatorTool", `vermilion ${mark.version}`],
    ["Iptc4xmpExt:AISystemUsed", "vermilion"],
    ["Iptc4xmpExt:AISystemVersionUsed", mark.version],
    ["Iptc4xmpExt:DigitalSourceType", SOURCE_TYPE],
    ["vermilion:Version", mark.version],
    ["vermilion:Model", mark.model],
    ["vermilion:ModelHash", mark.modelHash],
    ["vermilion:RecipeHash", mark.recipeHash],
    ["vermilion:OptionsHash", mark.optionsHash],
    ["xmpMM:InstanceID", `uuid:${await uuid5(OURS, `${scanHash} ${mark.recipeHash}`)}`],
  ];
  const lines = entries.map(([name, value]) => `   <${name}>${escaped(value)}</${name}>`);
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmlns:vermilion="urn:uuid:${OURS}#"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">
${lines.join("\n")}
  </rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>`;
}

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** A name-based UUID (RFC 9562, version 5). */
async function uuid5(namespace, name) {
  const space = namespace
    .replaceAll("-", "")
    .match(/../g)
    .map((pair) => parseInt(pair, 16));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", Uint8Array.of(...space, ...utf8(name))));
  digest[6] = (digest[6] & 15) | 0x50;
  digest[8] = (digest[8] & 63) | 0x80;
  const hex = Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
