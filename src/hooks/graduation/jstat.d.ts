/** The part of jStat that is used here; the package brings no types. */
declare module 'jstat' {
  const jStat: {
    readonly beta: {
      /** The quantile: the x at which the distribution function of Beta(alpha, beta) is `p`. */
      inv(p: number, alpha: number, beta: number): number;
    };
  };
  export default jStat;
}
