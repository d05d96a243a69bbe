package io.bookserver.book;

/** A market's next snapshot, which is the one before where nothing changed, and why. <i>Immutable.</i> */
record Transition(MarketSnapshot after, ApplyOutcome outcome) {

    /** A record that is not applied; the book is stale afterwards where it, or the doubt, says that something is missing. */
    static Transition passedOver(
            MarketSnapshot before, ApplyOutcome why, Doubt doubt, RecordStamp stamp, long nowMs) {
        BookSnapshot book = before.book();
        BookSnapshot next = why.makesStale() || doubt != Doubt.NONE ? book.asStale() : book;
        return new Transition(next == book ? before : before.withBook(next, "", stamp, nowMs), doubt.of(why));
    }
}
