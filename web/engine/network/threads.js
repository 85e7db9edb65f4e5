// How many threads compute.

const MOST_THREADS = 4;

/**
 * Several threads share memory, which only an isolated page may. In Firefox they sometimes wait for each other for
 * ever, so only Chromium and its kin have several.
 */
export const threads = () => {
  const isChromium = navigator.userAgentData?.brands.some(({ brand }) => brand === "Chromium");
  return self.crossOriginIsolated && isChromium ? Math.min(MOST_THREADS, navigator.hardwareConcurrency) : 1;
};
