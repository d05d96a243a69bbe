package io.bookserver.chaos.oracle;

/**
 * What two books are compared by: a sum over their levels, so that one changed level changes it in constant time. An
 * empty book has 0. Two different books have the same one with a chance of about 2^-64.
 */
public final class Fingerprint {
    private Fingerprint() {
    }

    /** Of a level: yes or no, ticks, hundredths of a contract, and whatever else belongs to it. */
    public static long level(boolean isYes, int priceTicks, long quantityHundredths, long more) {
        return mix(mix(mix(2L * priceTicks + (isYes ? 1 : 0)) + quantityHundredths) + more);
    }

    /** Of the times of a level that tell where it comes from; a time that is not told is the least long. */
    public static long provenance(long exchangeMs, long feedReceivedMs, long kafkaPublishedMs) {
        return mix(mix(mix(exchangeMs) + feedReceivedMs) + kafkaPublishedMs);
    }

    /** The finaliser of SplitMix64. */
    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
