package io.bookserver.book;

/** A market's next snapshot, which is the previous one if nothing changed, and the outcome. <i>Immutable.</i> */
record Transition(MarketSnapshot after, ApplyOutcome outcome) {

    /**
     * A record that is not applied. The book becomes stale if the outcome or the doubt says that something is missing.
     * The partition and offset remain those of the last record applied (rule 2).
     */
    static Transition passedOver(MarketSnapshot before, ApplyOutcome why, Doubt doubt, long nowMs) {
        boolean lacksSomething = why.makesStale() || doubt.isOfALoss();
        return new Transition(lacksSomething ? before.asStale(nowMs) : before, doubt.of(why));
    }
}
