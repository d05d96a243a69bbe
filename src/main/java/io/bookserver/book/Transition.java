package io.bookserver.book;

/** A market's next snapshot, which is the one before where nothing changed, and why. <i>Immutable.</i> */
record Transition(MarketSnapshot after, ApplyOutcome outcome) {

    /**
     * A record that is not applied; the book is stale afterwards where it, or the doubt, says that something is missing. The
     * place in the partition stays that of the last record applied (rule 2).
     */
    static Transition passedOver(MarketSnapshot before, ApplyOutcome why, Doubt doubt, long nowMs) {
        boolean lacksSomething = why.makesStale() || doubt != Doubt.NONE;
        return new Transition(lacksSomething ? before.asStale(nowMs) : before, doubt.of(why));
    }
}
