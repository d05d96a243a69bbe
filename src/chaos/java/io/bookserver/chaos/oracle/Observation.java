package io.bookserver.chaos.oracle;

/**
 * A book that a reader of the server saw marked as live.
 *
 * @param who the reader, for the report
 * @param seen what the fingerprint was made of
 * @param askedMs when it was asked for, epoch ms: what was shown was true after that
 * @param answeredMs when it came, epoch ms
 * @param completeToMs what the answer promises; 0 where it promises nothing
 * @param shown what was shown, for the report
 */
public record Observation(
        String who, String ticker, History.Seen seen, long fingerprint, long askedMs, long answeredMs, long completeToMs,
        String shown) {
    /** By prices and quantities. */
    public static Observation ofSizes(String who, String ticker, long fingerprint, long atMs, String shown) {
        return told(who, ticker, History.Seen.SIZES, fingerprint, atMs, shown);
    }

    /** By the best level of each side. */
    public static Observation ofTops(String who, String ticker, long fingerprint, long atMs, String shown) {
        return told(who, ticker, History.Seen.TOPS, fingerprint, atMs, shown);
    }

    /** @param atMs by the server's clock, which may be wrong */
    private static Observation told(String who, String ticker, History.Seen seen, long fingerprint, long atMs, String shown) {
        long nowMs = System.currentTimeMillis();
        return new Observation(who, ticker, seen, fingerprint, Math.min(atMs, nowMs), nowMs, 0, shown);
    }

    /** By prices, quantities and where each level comes from, with the time to which all is said to be there. */
    public static Observation ofAll(
            String who, String ticker, long fingerprint, long askedMs, long completeToMs, String shown) {
        return new Observation(who, ticker, History.Seen.FULL, fingerprint, askedMs, System.currentTimeMillis(), completeToMs,
                shown);
    }
}
